# Members are checked: one that is down is found before a client comes, and found again when it is back.
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
	    hosts: [ "192.0.2.31:25", "192.0.2.32:25", "192.0.2.33:25" ]
	    health: { every: 10s, timeout: 5s }
	    tls: off
"""
server one { stop }
server two { answer greeting silence }
start
advance 8s
expect log member-down 2
expect log member-down 1 { member = "192.0.2.31:25"; why ~ "connect to *refused*" }
expect log member-down 1 { member = "192.0.2.32:25"; why = "no answer to a check in time" }
expect three connections 1
expect metric sluice_members_down 2
expect metric sluice_members_up 1
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect three got 1
expect three connections 2
server one { start }
server two { forget }
advance 11s
expect log member-up 1 { member = "192.0.2.31:25"; by = "check" }
expect log member-up 1 { member = "192.0.2.32:25"; by = "check" }
expect metric sluice_members_up 3
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect one got 1
mark
advance 70s
expect one connections <= 4
expect three connections 3
expect no-log member-down
server three { answer greeting "554 5.3.2 not now" }
advance 65s
expect log member-down 1 { member = "192.0.2.33:25"; why ~ "*not now*" }
