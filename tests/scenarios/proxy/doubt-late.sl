# The same where a server hears of a message only when it is whole: a message in doubt goes to the same one again, and one
# that was committed costs no connection.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", connect: dot, dedupe: on } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
	delivery: { dead-host: 1m }
"""
server home 192.0.2.30:25 { }
server other 192.0.2.31:25 { answer content silence times 1 }
server home { stop }
client c1 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.4.2"
	close
}
expect log proxied { verdict = in-doubt; backend ~ "*192.0.2.31*" }
server home { start }
advance 2m
client c2 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test x@ours.test; close }
expect home got 1
server other { answer content "250 2.0.0 taken" after 2s times 1 }
client c3 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"
	wait 1s
	reset
}
advance 10s
expect other got 1
expect log client-lost-after-commit 1 { peer ~ "192.0.2.77:*" }
server home { stop }
server other { stop }
client c4 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: <1@client.test>\n\nc\n"; expect 250 has "Duplicate of"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nd\n"; expect 451 "4.4.1"
}
