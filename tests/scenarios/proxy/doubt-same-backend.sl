# The backend is silent behind the end: 451, and the client's next try goes to the same one, though another would be
# chosen. A preference, no more: when that one is away the others are asked.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
	delivery: { dead-host: 1m }
"""
server home { stop }
client c0 to 192.0.2.25:25 { message a@client.test warm@ours.test; close }
expect other got 1
server home { start }
server other { answer content silence times 1 }
client c1 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 451 "4.4.2"
	close
}
expect log proxied { verdict = in-doubt; told ~ "451 4.4.2*"; said absent; backend ~ "*192.0.2.31*" }
expect metric sluice_proxy_in_doubt_total = 1
advance 2m
client c2 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test x@ours.test; close }
expect home got 1                                        # where all else goes
client c3 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"    # nobody knows: never answered from memory
	close
}
expect other got 2
expect home got 1
# Another client's message with the same envelope goes where it would.
advance 2m
client c4 to 192.0.2.25:25 from 192.0.2.78 { message a@client.test b@ours.test; close }
expect home got 2
# Its own 250 has settled it: the client's next message with that envelope goes where all else goes.
expect metric sluice_proxy_settled_total = 1
client c5 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250
	close
}
expect home got 3
# Another message does not settle it, be it one byte that differs. Every worker knows; a day later nobody does.
server home { stop }
server other { answer content silence times 1 }
client c6 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nd\r\n.\r\n"; expect 451 "4.4.2"
	close
}
server home { start }
advance 2m
client c7 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test "a: b\n\ne\n"; close }
expect other got 3
kill workers
advance 1m
client c8 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test "a: b\n\nf\n"; close }
expect other got 4
server other { stop }
client c9 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test "a: b\n\ng\n"; close }
expect home got 4
server other { start }
advance 25h
client c10 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test "a: b\n\nh\n"; close }
expect home got 5
