# The backend says who exists, and is told who asks; it may say that this client is not to send there at all.
use told
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: xclient, recipients: backend-decides } }
	hops: { xclient: { hosts: [ "192.0.2.32:25" ], tls: off, tell-client: xclient } }
"""
server xclient { answer RCPT for no@ours.test "550 5.1.1 who is that" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 550 "5.7.1"
	send "RCPT TO:<x%far.test@ours.test>"; expect 550 "5.7.1"
	send "RCPT TO:<no@ours.test>"; expect 550 "5.1.1 who is that"
	send "RSET"; expect 250
	message a@client.test b@ours.test
}
expect xclient message 1 { told "* ADDR=192.0.2.9 |*" }
