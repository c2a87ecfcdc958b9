# Our own log-in is refused: nobody's mail is returned for that, and a person is told (DESIGN section 4).
use usual
certificate relay.test
file secret "wrong\n"
config """
	hostname: relay.test
	postmaster: boss@ours.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	domains: { ours.test: { via: home, recipients: any } }
	routes: [ { via: provider } ]
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  provider: { hosts: [ "smtps://smtp.provider.test" ], tls: verify, ca-file: ca.pem, login: { user: me, password-file: secret } }
"""
dns """
	smtp.provider.test 300 A 192.0.2.40
"""
server provider 192.0.2.40:465 { tls smtp.provider.test; implicit; login me "s3cret"; offer "PIPELINING" "AUTH PLAIN" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 2m
expect queue { rcpt x@far.test waiting }
expect no-log bounced
expect log alarm
expect home got 1
expect home message 1 { to "boss@ours.test"; has "log-in" }
