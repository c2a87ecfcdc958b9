# A connection that was made before anybody knew the message is set aside for one that another server may have: once, where
# that one can be had; and MAIL, where it chooses, remembers without the recipients.
counts-on-idle
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  early: { for: mx, service: proxy, address: "192.0.2.25:25", via: pool, connect: accept }
	  middle: { for: mx, service: proxy, address: "192.0.2.25:26", via: pool, connect: mail }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off, max-connections: 4 } }
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
client c2 to 192.0.2.25:25 from 192.0.2.77 { expect 220 }
expect home sessions 1
client c2 {
	send "EHLO client.test"; expect 250
	message a@client.test x@ours.test
	message a@client.test b@ours.test "a: b\n\nc\n"          # this one
	message a@client.test b@ours.test "a: b\n\nd\n"
}
expect other got 1
expect home got 2
expect home connections 1
expect metric sluice_proxy_settled_total = 1
client c2 { send "QUIT"; expect 221; expect end }
# The same at MAIL.
server home { stop }
server other { answer content silence times 1 }
client c3 to 192.0.2.25:26 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.4.2"
	close
}
server home { start }
advance 2m
client c4 to 192.0.2.25:26 from 192.0.2.77 { message z@client.test b@ours.test; close }
client c5 to 192.0.2.25:26 from 192.0.2.78 { message a@client.test b@ours.test; close }
expect home got 4
client c6 to 192.0.2.25:26 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 250
	wait 1m                                                 # until kept connections are closed
	message a@client.test b@ours.test
	close
}
expect other got 2
expect home got 5
expect metric sluice_proxy_settled_total = 2
# In doubt, and that one is away, or has no room: what was made ahead will do.
server home { stop }
server other { answer content silence times 1 }
client c7 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.4.2"
	close
}
server home { start }
server other { stop }
advance 2m
client c8 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test; close }
expect home got 6
server other { start }
advance 2m
client c9 to 192.0.2.25:25 { hello }
client c10 to 192.0.2.25:25 { hello }
client c11 to 192.0.2.25:25 { hello }
client c12 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test }
expect home got 7
expect other got 2
client c9 { close }
client c12 { wait 10s; message a@client.test b@ours.test }
expect other got 3
