# A next hop that speaks LMTP answers for each recipient (RFC 2033).
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: store, recipients: any } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { store: { hosts: [ "lmtp://192.0.2.32:24" ], tls: off } }
"""
server store 192.0.2.32:24 { lmtp; answer content for full@ours.test "452 4.2.2 full" }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test full@ours.test c@ours.test }
advance 10s
expect queue { rcpt full@ours.test waiting attempts 1 reason "*452 4.2.2 full*" }
expect store got 1
expect log delivered 2
