# Routes by log-in, by sender and by recipient; the first that matches.
use secure
config """
	hostname: relay.test
	spool: { path: spool, segment-size: 64KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners: { submissions: { for: submission, address: "192.0.2.25:465", tls: implicit } }
	routes:
	  - { login: bob, via: home }
	  - { from: "*@ours.test", to: special.test, via: home }
	  - { via: away }
	hops:
	  home: { hosts: [ "192.0.2.30:25" ], tls: off }
	  away: { hosts: [ "192.0.2.31:25" ], tls: off }
"""
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN bob "other pass"; expect 235
	message x@bob.test y@far.test """
		From: x@bob.test

		Hello
	"""
	close
}
client c2 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	message alice@ours.test y@far.test z@special.test """
		From: alice@ours.test

		Hello
	"""
	close
}
advance 5s
expect home got 2
expect away got 1
expect away message 1 { to y@far.test }
