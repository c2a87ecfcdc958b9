# Limits of sessions: of all, and of one address. Those over it are told 421 and may come back.
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { sessions: 3, sessions-per-client: 2 }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 { hello }
client c2 to 192.0.2.25:25 { hello }
client c3 to 192.0.2.25:25 { expect 421 "4.7.0 Too many connections from your address"; expect end }
client c4 to 192.0.2.25:25 from 203.0.113.7 { hello }
client c5 to 192.0.2.25:25 from 203.0.113.8 { expect 421 "4.7.0 Too many connections"; expect end }
client c1 { send "QUIT"; expect 221; expect end }
client c5 to 192.0.2.25:25 from 203.0.113.8 { hello; send "QUIT"; expect 221; expect end }
expect metric sessions_refused_total 2
