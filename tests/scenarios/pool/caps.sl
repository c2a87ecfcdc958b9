# A member has a limit of its own: what does not fit goes to the others, and waits when all are full.
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
	    hosts: [ { host: "192.0.2.31:25", max-connections: 1 }, { host: "192.0.2.32:25", max-connections: 2 } ]
	    max-waiting: 1
	    tls: off
"""
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>" }
expect one rcpts 1
expect two rcpts 2
client c5 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 451 "4.3.2" }
client c2 { send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250; send "QUIT"; expect 221 }
client c4 { expect 250; send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 }
expect one sessions-most <= 1
expect two sessions-most <= 2
expect no-log member-down
