# NOTIFY=SUCCESS of a recipient whose store answers by LMTP: delivered, and we say so.
use usual
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	domains: { mail.test: { via: store, recipients: any } }
	routes: [ { via: home } ]
	spool: { path: spool, segment-size: 64KiB }
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  store: { hosts: [ "lmtp://192.0.2.32:24" ], tls: off }
"""
server store 192.0.2.32:24 { lmtp; offer "PIPELINING" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<b@mail.test> NOTIFY=SUCCESS"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect store got 1
expect home got 1
expect home message 1 { to "a@ours.test"; has "Action: delivered" }
