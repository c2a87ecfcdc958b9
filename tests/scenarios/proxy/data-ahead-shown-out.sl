# DATA went ahead and the client made its last error before it: the backend's session, whose 354 is still to come, is not
# used again.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	limits: { errors: 1 }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect RCPT; expect DATA
		send "250 2.1.0 ok" "550 5.1.1 who is that" "250 2.1.5 ok"; wait 5s; send "354 go on"; wait 1m
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>" "RCPT TO:<b@ours.test>" "DATA"
	expect 250; expect 550; expect 421; expect end
}
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test }
expect home connections 2
expect home message 1 { before 3s }
