# The one with the fewest transactions under way, those of all workers counted.
use pool
workers 3
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops:
	  pool:
	    hosts: [ "192.0.2.31:25", "192.0.2.32:25", { host: "192.0.2.33:25", weight: 2 } ]
	    balance: least-connections
	    tls: off
"""
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
expect one rcpts 1
expect two rcpts 1
expect three rcpts 2
client c1 { send "RSET"; expect 250 }
client c5 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c6 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
expect one sessions-most <= 2
expect two sessions-most <= 2
expect three sessions-most <= 4
