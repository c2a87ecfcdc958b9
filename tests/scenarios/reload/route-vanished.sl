# A route that vanished: the mail waits, with the reason and an alarm; it is never returned for that.
use reload
server away { answer MAIL "451 4.3.0 not now" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
advance 10m
expect queue { rcpt x@far.test waiting }
expect log deferred { to = "x@far.test"; status = "4.4.4" }
expect log alarm
expect no-log bounced
reload """
	hostname: relay.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: spare } ]
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  spare: { hosts: [ "192.0.2.32:25" ], tls: off }
"""
advance 2h
expect spare got 1
