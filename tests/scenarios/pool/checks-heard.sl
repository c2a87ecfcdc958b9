# Real sessions count as checks: a member that they are opened with, more often than it would be checked, is not checked.
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { messages-per-connection: 1 }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25" ], health: { every: 10s }, tls: off } }
"""
start
advance 1s
expect metric sluice_health_checks_total 1
advance 40s
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
advance 40s
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
advance 40s
client c3 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
advance 40s
client c4 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
advance 40s
client c5 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
advance 40s
client c6 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect one got 6
expect one connections 7
expect metric sluice_health_checks_total 1
advance 61s
expect metric sluice_health_checks_total 2
