# Limits of connections: of a listener, of a /24 or /64, of a configured network. Who is turned away is told the
# truth, and the log names the limit. They hold over all workers, and for clients that a server in front names.
workers 3
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { sessions-per-network: 2 }
	listeners:
	  mx: { for: mx, address: "192.0.2.25:25", proxy-protocol: { from: 192.0.2.5 } }
	  few: { for: mx, address: "192.0.2.25:26", max-connections: 2 }
	  inside: { for: internal, address: "192.0.2.25:2525",
	            networks: [ { from: 198.51.0.0/16, max-connections: 2 }, 203.0.113.0/24 ] }
	domains: { ours.test: { via: home, recipients: any } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 from 203.0.113.1 { hello }
client c2 to 192.0.2.25:25 from 203.0.113.2 { hello }
client c3 to 192.0.2.25:25 from 203.0.113.3 { expect 421 "4.7.0 Too many connections from your network; try again later"; expect end }
expect log refused 1 { peer ~ "203.0.113.3:*"; limit = "limits.sessions-per-network" }
client c4 to 192.0.2.25:25 from 192.0.2.5 { raw "PROXY TCP4 203.0.113.4 192.0.2.25 1 25\r\n"; expect 421 "4.7.0 Too many connections from your network"; expect end }
client c5 to 192.0.2.25:25 from 203.0.114.3 { hello; close }
client c1 { send "QUIT"; expect 221; expect end }
advance 100ms
client c3 to 192.0.2.25:25 from 203.0.113.3 { hello; close }
client c2 { send "QUIT"; expect 221; expect end }
advance 100ms

client d1 to 192.0.2.25:26 from 203.0.1.1 { hello }
client d2 to 192.0.2.25:26 from 203.0.2.1 { hello }
client d3 to 192.0.2.25:26 from 203.0.3.1 { expect 421 "4.7.0 Too many connections to this address; try again later"; expect end }
expect log refused 1 { peer ~ "203.0.3.1:*"; limit = "listeners.NAME.max-connections" }
client d4 to 192.0.2.25:25 from 203.0.3.1 { hello; close }
client d1 { send "QUIT"; expect 221; expect end }
advance 100ms
client d3 to 192.0.2.25:26 from 203.0.3.1 { hello; close }
client d2 { send "QUIT"; expect 221; expect end }
advance 100ms

client e1 to 192.0.2.25:2525 from 198.51.1.1 { hello }
client e2 to 192.0.2.25:2525 from 198.51.2.1 { hello }
client e3 to 192.0.2.25:2525 from 198.51.3.1 { expect 421 "4.7.0 Too many connections from your network; try again later"; expect end }
expect log refused 1 { peer ~ "198.51.3.1:*"; limit ~ "listeners.NAME.networks*.max-connections" }
client e4 to 192.0.2.25:2525 from 203.0.113.1 { hello; close }
client e1 { send "QUIT"; expect 221; expect end }
advance 100ms
client e3 to 192.0.2.25:2525 from 198.51.3.1 { hello; close }
client e2 { send "QUIT"; expect 221; expect end }
advance 100ms
advance 1s
expect metric sessions 0
expect metric sessions_refused_total 4
