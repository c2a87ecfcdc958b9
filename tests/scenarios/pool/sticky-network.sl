# `sticky: network`: all clients of a /24, or of a /64, meet the same member; other networks meet the other one.
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: [ "192.0.2.25:25", "[2001:db8::25]:25" ] } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops:
	  pool:
	    hosts: [ "192.0.2.31:25", "192.0.2.32:25" ]
	    balance: sticky
	    sticky: network
	    tls: off
"""
client c1 to 192.0.2.25:25 from 198.51.100.1 { message a@client.test b@ours.test; close }
client c2 to 192.0.2.25:25 from 198.51.100.3 { message a@client.test b@ours.test; close }
client c3 to 192.0.2.25:25 from 198.51.100.77 { message a@client.test b@ours.test; close }
client c4 to 192.0.2.25:25 from 198.51.100.78 { message a@client.test b@ours.test; close }
client c5 to 192.0.2.25:25 from 198.51.100.254 { message a@client.test b@ours.test; close }
expect one got 5
expect two got 0
client c6 to 192.0.2.25:25 from 198.51.101.1 { message a@client.test b@ours.test; close }
client c7 to 192.0.2.25:25 from 198.51.101.2 { message a@client.test b@ours.test; close }
client c8 to 192.0.2.25:25 from 198.51.101.3 { message a@client.test b@ours.test; close }
expect two got 3
client d1 to [2001:db8::25]:25 from 2001:db8:5:2::1 { message a@client.test b@ours.test; close }
client d2 to [2001:db8::25]:25 from 2001:db8:5:2::2 { message a@client.test b@ours.test; close }
client d3 to [2001:db8::25]:25 from 2001:db8:5:2:8000::3 { message a@client.test b@ours.test; close }
client d4 to [2001:db8::25]:25 from 2001:db8:5:2:ffff:ffff:ffff:ffff { message a@client.test b@ours.test; close }
expect one got 9
client d6 to [2001:db8::25]:25 from 2001:db8:5:1::1 { message a@client.test b@ours.test; close }
client d7 to [2001:db8::25]:25 from 2001:db8:5:1::2 { message a@client.test b@ours.test; close }
client d8 to [2001:db8::25]:25 from 2001:db8:5:1:8000::3 { message a@client.test b@ours.test; close }
expect two got 6
