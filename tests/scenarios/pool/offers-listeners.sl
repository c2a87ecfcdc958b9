# A listener offers what the pools take that it can choose: those of `domains`; for clients that may send anywhere those of
# `routes` as well; where it has a `via`, that one alone. A route to whatever server a domain names promises nothing.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  inside: { for: internal, service: proxy, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] }
	  own: { for: internal, service: proxy, via: own, address: "192.0.2.25:2526", networks: [ 192.0.2.0/24 ] }
	domains: { ours.test: { via: pool, recipients: any } }
	routes: [ { via: out } ]
	hops:
	  pool: { hosts: [ "192.0.2.31:25" ], health: { every: 10s }, tls: off }
	  out: { hosts: [ "192.0.2.32:25" ], health: { every: 10s }, tls: off }
	  own: { hosts: [ "192.0.2.33:25" ], health: { every: 10s }, tls: off }
"""
server one 192.0.2.31:25 { offer 8BITMIME DSN MT-PRIORITY "SIZE 3000000" }
server two 192.0.2.32:25 { offer 8BITMIME MT-PRIORITY "SIZE 2000000" }
server three 192.0.2.33:25 { offer DSN "SIZE 1000000" }
start
advance 1s
client c1 to 192.0.2.25:25 { expect 220; send "EHLO c.test"; expect 250 has "8BITMIME" has "DSN" has "MT-PRIORITY" has "SIZE 2997952" }
client c2 to 192.0.2.25:2525 { expect 220; send "EHLO c.test"; expect 250 has "8BITMIME" has "MT-PRIORITY" has "SIZE 1997952" lacks "DSN" }
client c3 to 192.0.2.25:2526 { expect 220; send "EHLO c.test"; expect 250 has "DSN" has "SIZE 997952" lacks "8BITMIME" lacks "MT-PRIORITY" }
reload """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  inside: { for: internal, service: proxy, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] }
	  own: { for: internal, service: proxy, via: own, address: "192.0.2.25:2526", networks: [ 192.0.2.0/24 ] }
	domains: { ours.test: { via: pool, recipients: any } }
	routes: [ { to: far.test, via: out }, { via: mx } ]
	hops:
	  pool: { hosts: [ "192.0.2.31:25" ], health: { every: 10s }, tls: off }
	  out: { hosts: [ "192.0.2.32:25" ], health: { every: 10s }, tls: off }
	  own: { hosts: [ "192.0.2.33:25" ], health: { every: 10s }, tls: off }
"""
advance 1s
client d1 to 192.0.2.25:25 { expect 220; send "EHLO c.test"; expect 250 has "8BITMIME" has "DSN" has "MT-PRIORITY" has "SIZE 2997952" }
client d2 to 192.0.2.25:2525 { expect 220; send "EHLO c.test"; expect 250 lacks "8BITMIME" lacks "DSN" lacks "MT-PRIORITY" }
client d3 to 192.0.2.25:2526 { expect 220; send "EHLO c.test"; expect 250 has "DSN" has "SIZE 997952" lacks "8BITMIME" }
