# Nobody behind us answers, each in its own way: the client is told within half a minute, however many there are.
use backend
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { one.test: { via: many, recipients: any }, two.test: { via: slow, recipients: any } }
	hops:
	  many: { hosts: [ "192.0.2.30:25", "192.0.2.31:25", "192.0.2.40:25", "192.0.2.41:25", "192.0.2.42:25" ], tls: off }
	  slow: { hosts: [ "192.0.2.32:25" ], tls: off, tell-client: xclient }
"""
server one { answer greeting silence }
server bad { answer EHLO silence }
server x 192.0.2.40:25 { }
server y 192.0.2.41:25 { }
server z 192.0.2.42:25 { }
net 192.0.2.40:25 black-hole
net 192.0.2.41:25 black-hole
net 192.0.2.42:25 black-hole
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@one.test>"
	expect nothing 25s; wait 6s; expect 451 "4.4.1"; send "QUIT"; expect 221; expect end
}
expect log proxied 1 { verdict = lost; took-ms ~ "3????" }
mark
# One that is slow at every step, but never too slow.
server good { offer "XCLIENT NAME ADDR"; answer greeting "220 hop" after 8s; answer EHLO "250-hop\n250 XCLIENT NAME ADDR" after 8s; answer XCLIENT "220 hop" after 8s }
client c2 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@two.test>"
	expect nothing 25s; wait 6s; expect 451 "4.4.1"; send "QUIT"; expect 221; expect end
}
expect log backend-lost 1 { why ~ "*it takes too long to let us in" }
