# `hide-names`: clients do not learn how the servers behind us are called.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains:
	  ours.test: { via: home, recipients: any }
	  others.test: { via: other, recipients: any }
	hops:
	  home: { hosts: [ "inner.ours.test:25", "192.0.2.99:25" ], tls: off, hide-names: true }
	  other: { hosts: [ "192.0.2.31:25" ], tls: off }
"""
dns """
	inner.ours.test 300 A 192.0.2.30
"""
server home {
	answer EHLO "250-box7.local at your service\n250 PIPELINING"
	answer RCPT for "bad@*" "550 5.1.1 <bad@inner.ours.test>: unknown at INNER.ours.test[192.0.2.30], says box7.local."
	answer content "250 2.0.0 taken by box7.local, not by 192.0.2.99 or deep.box7.local"
}
server other {
	answer RCPT for "bad@*" "550 5.1.1 unknown at 192.0.2.31"
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<bad@ours.test>"
	expect 550 "5.1.1 <bad@inner.ours.test>: unknown at front.test[front.test], says front.test."
	send "RCPT TO:<b@ours.test>"; expect 250
	data "Subject: x\n\nx\n"
	expect 250 "2.0.0 taken by front.test, not by front.test or deep.box7.local"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<bad@others.test>"; expect 550 "5.1.1 unknown at 192.0.2.31"
	send "QUIT"; expect 221; expect end
}
expect home got 1
expect log proxied 1 { backend = "inner.ours.test[192.0.2.30]:25"; said ~ "250 2.0.0 taken by box7.local*"; told ~ "250 2.0.0 taken by front.test*" }
