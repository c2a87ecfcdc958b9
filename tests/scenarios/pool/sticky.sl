# A client comes back to the same member, whichever worker it meets; it moves only when that one is dead.
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
	    hosts: [ "192.0.2.31:25", "192.0.2.32:25" ]
	    balance: sticky
	    tls: off
"""
client c1 to 192.0.2.25:25 from 198.51.100.1 { message a@client.test b@ours.test; close }
client c2 to 192.0.2.25:25 from 198.51.100.1 { message a@client.test b@ours.test; close }
client c3 to 192.0.2.25:25 from 198.51.100.1 { message a@client.test b@ours.test; close }
client d1 to 192.0.2.25:25 from 198.51.100.2 { message a@client.test b@ours.test; close }
client d2 to 192.0.2.25:25 from 198.51.100.2 { message a@client.test b@ours.test; close }
expect one got 2
expect two got 3
server two { stop }
client c4 to 192.0.2.25:25 from 198.51.100.1 { message a@client.test b@ours.test; close }
expect one got 3
server two { start }
advance 65s
client c5 to 192.0.2.25:25 from 198.51.100.1 { message a@client.test b@ours.test; close }
expect one got 3
expect two got 4
