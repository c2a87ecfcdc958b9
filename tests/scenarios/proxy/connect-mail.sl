# A server behind us is connected at MAIL and answers it; its no ends nothing but the transaction. `via` has everything
# that is allowed, and allows nothing more.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", via: pool, connect: mail } }
	domains: { ours.test: { via: other, recipients: any } }
	hops:
	  pool: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off, tell-client: xforward }
	  other: { hosts: [ "192.0.2.33:25" ], tls: off }
"""
server one 192.0.2.31:25 { offer PIPELINING 8BITMIME XFORWARD "XFORWARD ADDR PROTO HELO IDENT SOURCE"; answer MAIL "450 4.7.1 later" times 1; answer MAIL "550 5.7.1 not you" times 1 }
server two 192.0.2.32:25 { offer PIPELINING 8BITMIME XFORWARD "XFORWARD ADDR PROTO HELO IDENT SOURCE" }
server other 192.0.2.33:25 { }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<bad@client.test>"; expect 550 "5.7.1 not you"
	send "RCPT TO:<b@ours.test>"; expect 503
	send "MAIL FROM:<slow@client.test>"; expect 450 "4.7.1 later"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 550 "5.7.1"
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354; send "Subject: 1" "" "hello" "."; expect 250
	message a@client.test b@ours.test
}
expect one got 2
expect one connections 1
expect other connections 0
expect one message 1 { to "b@ours.test c@ours.test"; told "*XFORWARD*ADDR=192.0.2.9" }
expect log proxied { verdict = rejected; told ~ "550 5.7.1*"; to absent; backend ~ "*192.0.2.31*" }
expect log proxied { verdict = deferred; told ~ "450 4.7.1*" }
# One that is lost with nothing but MAIL said is replaced unseen; where none is left, it is told at MAIL.
client c1 { send "MAIL FROM:<a@client.test>"; expect 250 }
server one { stop }
client c1 { send "RCPT TO:<b@ours.test>"; expect 250; send "DATA"; expect 354; send "Subject: 2" "" "hello" "."; expect 250 }
expect two got 1
server two { stop }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 451 "4.4.1"; send "NOOP"; expect 250 }
