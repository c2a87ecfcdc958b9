# Who says EHLO anew is another one to a server that was told by XCLIENT: it is told anew, by another connection.
certificate relay.test
user ann pencil ann@x.test
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners: { s: { for: submission, service: proxy, address: "192.0.2.25:587", via: home, connect: auth } }
	routes: [ { via: home } ]
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off, tell-client: xclient } }
"""
server home 192.0.2.30:25 { offer PIPELINING "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT" }
client c1 to 192.0.2.25:587 {
	hello
	starttls relay.test
	send "EHLO first.test"; expect 250
	auth PLAIN "ann" "pencil"; expect 235
	send "EHLO second.test"; expect 250
	message ann@x.test b@y.test "From: ann@x.test\n\nx"
}
expect home connections 2
expect home message 1 { told "*HELO=second.test*" }
