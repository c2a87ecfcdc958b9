# A server behind us is connected when a user has logged in here, not before; a log-in is worth nothing without one.
certificate relay.test
user ann pencil "*@client.test"
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners:
	  submission: { for: submission, service: proxy, address: "192.0.2.25:465", tls: implicit, via: out, connect: auth }
	routes: [ { via: other } ]
	hops:
	  out: { hosts: [ "192.0.2.31:25" ], tls: off, tell-client: xclient }
	  other: { hosts: [ "192.0.2.33:25" ], tls: off }
"""
server out 192.0.2.31:25 { offer PIPELINING 8BITMIME "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT" }
server other 192.0.2.33:25 { }
client c1 to 192.0.2.25:465 { tls relay.test; hello; auth PLAIN ann wrong; expect 535; send "MAIL FROM:<a@client.test>"; expect 530 }
expect out sessions 0
client c1 { auth PLAIN ann pencil; expect 235 }
expect out sessions 1
client c1 { message a@client.test x@far.test y@far.test """
	From: a@client.test

	one
	"""
	message a@client.test z@far.test """
	From: a@client.test

	two
	"""
}
expect out got 2
expect out connections 1
expect other connections 0
expect out message 1 { told "*XCLIENT*LOGIN=ann*" }
server out { stop }
client c1 { wait 1s; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<x@far.test>"; expect 451 "4.4.1"; close }
client c2 to 192.0.2.25:465 {
	tls relay.test; hello
	auth PLAIN ann pencil; expect 454 "4.7.0"
	send "MAIL FROM:<a@client.test>"; expect 530
}
expect log backend-lost { mail = "the client is turned away" }
