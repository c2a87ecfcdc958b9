# A backend that is lost before the content is replaced by its neighbour; the client sees nothing.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
}
server home { stop }
client c1 {
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250
	close
}
expect home got 0
expect other got 1
expect other message 1 { to "b@ours.test c@ours.test" }
expect log backend-lost 1
