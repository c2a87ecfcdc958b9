# The neighbour refuses whom the lost backend had taken: that cannot go on unseen.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25", "192.0.2.31:25" ], tls: off } }
"""
server other { answer RCPT "550 5.1.1 who is that" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
}
server home { stop }
client c1 {
	send "DATA"; expect 451 "4.4.2"
	close
}
expect home got 0
expect other got 0
