# A backend that is lost behind a DATA that went ahead is replaced, since no content was sent.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
"""
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect DATA; send "250 2.1.0 ok" "250 2.1.5 ok"; close
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250
	close
}
expect home got 0
expect other got 1
expect log backend-lost 1
