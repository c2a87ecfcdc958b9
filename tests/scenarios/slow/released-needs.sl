# A recipient that asks for what the server before did not offer: it is taken again where that is offered.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], health: { every: 1h }, tls: off } }
"""
server plain 192.0.2.31:25 { offer PIPELINING 8BITMIME }
server able 192.0.2.32:25 { offer PIPELINING 8BITMIME DSN }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "RCPT TO:<c@ours.test> NOTIFY=NEVER"; expect 452 "4.5.3"
	wait 10s; send "RCPT TO:<c@ours.test> NOTIFY=NEVER"; expect 250; data "Subject: 1\n\none\n"; expect 250
}
expect plain rcpts 1
expect plain got 0
expect able message 1 { to "b@ours.test c@ours.test" }
