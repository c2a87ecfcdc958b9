# All workers take the new configuration.
use reload
workers 3
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
reload """
	hostname: other.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
expect log notice 3 { what = "the new configuration is in force" }
client c1 to 192.0.2.25:25 { expect 220 "other.test"; close }
client c2 to 192.0.2.25:25 { expect 220 "other.test"; close }
client c3 to 192.0.2.25:25 { expect 220 "other.test"; close }
client c4 to 192.0.2.25:25 { expect 220 "other.test"; close }
client c5 to 192.0.2.25:25 { expect 220 "other.test"; close }
