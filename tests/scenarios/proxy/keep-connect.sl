# Where a server behind us is connected ahead, its absence turns nobody away; what is kept goes to the listener's `via`.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  early: { for: mx, service: proxy, address: "192.0.2.25:25", via: pool, connect: accept, on-backend-failure: spool }
	  mail: { for: mx, service: proxy, address: "192.0.2.25:26", via: pool, connect: mail, on-backend-failure: spool }
	domains: { ours.test: { via: other, recipients: any } }
	hops:
	  pool: { hosts: [ "192.0.2.31:25" ], tls: off }
	  other: { hosts: [ "192.0.2.33:25" ], tls: off }
	retry: { schedule: [ 1m ], jitter: 0 }
"""
server pool 192.0.2.31:25 { }
server pool { stop }
server other 192.0.2.33:25 { }
client c1 to 192.0.2.25:25 { expect 220; send "EHLO c.test"; expect 250; message a@client.test b@ours.test }
client c2 to 192.0.2.25:26 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 550 "5.7.1"
	send "RCPT TO:<c@ours.test>"; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
expect queue 2
server pool { start; answer MAIL for "*bad*" "550 5.7.1 not you"; answer MAIL for "*closing*" "421 4.3.2 bye" times 4 }
advance 5m
expect queue empty
expect pool got 2
expect other connections 0
# Its own no at MAIL stays a no; that it closes, or does not let us in, is no answer about the mail.
client c3 to 192.0.2.25:26 {
	hello
	send "MAIL FROM:<bad@client.test>"; expect 550 "5.7.1 not you"
	send "MAIL FROM:<closing@client.test>"; expect 250
	send "RCPT TO:<d@ours.test>"; expect 250
	data "a: b\n\nc\n"; expect 250 "2.0.0 Queued as "
}
advance 5m
expect queue empty
expect pool got 3
expect pool message 3 { from "<closing@client.test>*"; to "d@ours.test" }
