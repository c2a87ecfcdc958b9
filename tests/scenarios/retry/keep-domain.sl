# A domain may say how long.
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any, keep: 1h } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 50m
expect queue { rcpt b@ours.test waiting }
advance 70m
expect queue { rcpt b@ours.test held undeliverable }
expect log undeliverable { status = "4.4.7" }
