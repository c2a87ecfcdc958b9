# The member that was chosen does not let us in, and the other one has as many connections as it may have, but one of
# them is idle: it is used, or closed and replaced where it speaks for another client.
counts-on-idle
use pool
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 5m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: pool, recipients: any }, told.test: { via: told, recipients: any } }
	hops:
	  pool:
	    hosts: [ { host: "192.0.2.31:25", weight: 1000 }, { host: "192.0.2.32:25", max-connections: 1 } ]
	    balance: weighted
	    tls: off
	  told:
	    hosts: [ { host: "192.0.2.33:25", weight: 1000 }, { host: "192.0.2.34:25", max-connections: 1 } ]
	    balance: weighted
	    tls: off
	    tell-client: xclient
"""
server three { offer "XCLIENT NAME ADDR PORT PROTO HELO LOGIN" }
server four 192.0.2.34:25 { offer "XCLIENT NAME ADDR PORT PROTO HELO LOGIN" }

# Shown out, then refused: the idle one of the other member does.
server one { answer greeting "421 4.3.2 not now" }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect two sessions 1
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect one connections 2
net 192.0.2.31:25 refuse
client c3 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect log member-down 1 { member ~ "192.0.2.31*" }
expect two got 3
expect two connections 1
expect metric sluice_connections_reused_total 2

# The idle one is another client's.
server three { answer greeting "421 4.3.2 not now" }
client d1 to 192.0.2.25:25 from 192.0.2.101 { message a@client.test b@told.test }
expect four sessions 1
client d2 to 192.0.2.25:25 from 192.0.2.102 { message a@client.test b@told.test }
client d1 { send "NOOP"; expect 250; message a@client.test c@told.test; close }
client d2 { close }
expect four got 3
expect four message 1 { told "*192.0.2.101*" }
expect four message 2 { told "*192.0.2.102*" }
expect four message 3 { told "*192.0.2.101*" }
expect four sessions-most <= 1
