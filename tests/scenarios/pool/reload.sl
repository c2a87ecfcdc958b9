# A reload changes the pool: what is known about members that stay is kept, checks begin and end with it.
use pool
workers 3
server one { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect log member-down 1 { member = "192.0.2.31:25" }
expect metric sluice_members_down 1
expect metric sluice_members_unknown 1
expect metric sluice_health_checks_total 0
reload """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25", "192.0.2.33:25" ], health: { every: 10s }, tls: off } }
"""
advance 1s
expect metric sluice_members_down 1
expect metric sluice_members_up 1
expect metric sluice_health_checks_total 2
server one { start }
advance 20s
expect log member-up 1 { member = "192.0.2.31:25"; by = "check" }
expect metric sluice_members_up 2
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect one got 1
expect two got 1
