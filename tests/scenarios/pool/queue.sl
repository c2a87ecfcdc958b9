# A pool that is full makes a few wait for a while; those over it, and those who wait too long, are told at once.
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", slow-after: 0s, release-after: 0s } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops:
	  pool:
	    hosts: [ "192.0.2.31:25", "192.0.2.32:25" ]
	    balance: least-connections
	    max-connections: 2
	    max-waiting: 1
	    waiting-timeout: 5s
	    tls: off
"""
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250 }
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>" }
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 451 "4.3.2" }
expect log backend-lost 1 { why = "too many wait for a connection to the hops pool already" }
expect metric sluice_pool_waiting 1
expect metric sluice_pool_refused_total 1
client c3 { wait 4s; expect 451 "4.3.2"; send "RSET"; expect 250; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>" }
expect log backend-lost 1 { why = "no connection to the hops pool became free in time" }
client c1 { send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 }
client c3 { expect 250; send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 }
expect metric sluice_pool_waiting 0
expect one sessions-most <= 1
expect two sessions-most <= 1
