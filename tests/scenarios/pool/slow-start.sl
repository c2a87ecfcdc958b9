# A member that comes back begins with a tenth of its share, and has all of it after the time that is set.
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops:
	  pool:
	    hosts: [ { host: "192.0.2.31:25", weight: 100 }, { host: "192.0.2.32:25", weight: 10 } ]
	    balance: least-connections
	    slow-start: 60s
	    health: { every: 10s }
	    tls: off
"""
server one { stop }
start
advance 12s
server one { start }
advance 10s
expect log member-up 1 { member = "192.0.2.31:25"; by = "check" }
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
expect one rcpts 1
expect two rcpts 1
advance 60s
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c5 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
expect one rcpts 4
expect two rcpts 1
