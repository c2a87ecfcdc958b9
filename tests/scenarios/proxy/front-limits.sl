# A front has as many connections as its clients; each client, once named, as many as it may.
use front
config """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { sessions-per-client: 2 }
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, address: "192.0.2.25:25", proxy-protocol: { from: 192.0.2.5 }, xclient: { from: 192.0.2.6 } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 198.51.100.9 192.0.2.25 1 25\r\n"; hello }
client c2 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 198.51.100.9 192.0.2.25 2 25\r\n"; hello }
client c3 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 198.51.100.9 192.0.2.25 3 25\r\n"; expect 421 "4.7.0"; expect end }
client c4 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 198.51.100.10 192.0.2.25 4 25\r\n"; hello }
client c5 to 192.0.2.25:25 from 192.0.2.6 { hello; send "XCLIENT ADDR=198.51.100.9"; expect 421 "4.7.0"; expect end }
client c6 to 192.0.2.25:25 from 198.51.100.9 { expect 421 "4.7.0"; expect end }
client c1 { send "QUIT"; expect 221; expect end }
client c7 to 192.0.2.25:25 from 192.0.2.6 { hello; send "XCLIENT ADDR=198.51.100.9"; expect 220; hello
	send "XCLIENT ADDR=198.51.100.11"; expect 550; send "QUIT"; expect 221; expect end }
client c8 to 192.0.2.25:25 from 198.51.100.9 { hello; close }
