# Wrong passwords: told so, slowly, and at last shown the door.
use secure
config """
	hostname: relay.test
	limits: { login-failures: 3 }
	spool: { path: spool, segment-size: 64KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners: { submissions: { for: submission, address: "192.0.2.25:465", tls: implicit } }
	routes: [ { via: away } ]
	hops: { away: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN bob "wrong"; expect 535 "5.7.8"
	auth PLAIN bob "wrong"; expect 535
	auth PLAIN bob "wrong"; expect 421 "4.7.0"; expect end
}
expect metric logins_failed_total 3
