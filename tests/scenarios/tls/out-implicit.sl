# smtps:// to a provider, with a log-in (DESIGN section 6, A).
use usual
certificate relay.test
file secret "s3cret\n"
config """
	hostname: relay.test
	listeners: { inside: { for: internal, address: "192.0.2.25:2525", networks: [ 192.0.2.0/24 ] } }
	spool: { path: spool, segment-size: 64KiB }
	routes: [ { via: provider } ]
	hops: { provider: { hosts: [ "smtps://smtp.provider.test" ], tls: verify, ca-file: ca.pem, login: { user: me, password-file: secret } } }
"""
dns """
	smtp.provider.test 300 A 192.0.2.40
"""
server provider 192.0.2.40:465 { tls smtp.provider.test; implicit; login me "s3cret"; offer "PIPELINING" "AUTH PLAIN" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 5s
expect queue empty
expect provider message 1 { tls; login }
