# The client's next try comes by a listener that connects at another moment: after one that connected at MAIL it goes to the
# same server first, wherever it comes in.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  early: { for: mx, service: proxy, address: "192.0.2.25:26", connect: mail, via: pool }
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  late: { for: mx, service: proxy, address: "192.0.2.25:27", connect: dot }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
	delivery: { dead-host: 1m }
"""
server home { stop }
client c0 to 192.0.2.25:25 { message a@client.test warm@ours.test; close }
expect other got 1
server other { answer content silence times 2 }
client c1 to 192.0.2.25:26 from 192.0.2.77 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 451 "4.4.2"; close }
client c2 to 192.0.2.25:26 from 192.0.2.78 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 451 "4.4.2"; close }
server home { start }
advance 2m
client c3 to 192.0.2.25:25 from 192.0.2.79 { message a@client.test b@ours.test "a: b\n\nc\n"; close }
expect home got 1                                        # where all else goes
client c4 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test "a: b\n\nc\n"; close }
client c5 to 192.0.2.25:27 from 192.0.2.78 { message a@client.test b@ours.test "a: b\n\nc\n"; close }
expect other got 3
expect home got 1
# Its 250 has settled it, by whichever listener.
advance 2m
expect metric sluice_proxy_settled_total = 2
client c6 to 192.0.2.25:25 from 192.0.2.77 { message a@client.test b@ours.test "a: b\n\nc\n"; close }
expect home got 2
