# The session is taken again with the same server; where that is away, with its neighbour.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" }, first: { for: mx, service: proxy, address: "192.0.2.25:26", via: home, connect: mail } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], balance: weighted, tls: off } }
"""
server one 192.0.2.31:25 { offer PIPELINING 8BITMIME }
server two 192.0.2.32:25 { offer PIPELINING 8BITMIME }
server two { stop }
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
server two { start }
client c1 {
	wait 2m; send "RCPT TO:<c@ours.test>"; expect 250; wait 10s; send "RCPT TO:<d@ours.test>"; expect 250
	wait 10s; send "RCPT TO:<e@ours.test>"; expect 250; wait 10s; data "Subject: 1\n\none\n"; expect 250
}
expect log proxied 1 { to = "b@ours.test"; recipients = 4; released = 4; gathered = yes; verdict = accepted }
expect one rcpts 14
expect two rcpts 0
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 10s }
server one { stop }
server two { start }
client c1 { send "RCPT TO:<c@ours.test>"; expect 250; data "Subject: 2\n\ntwo\n"; expect 250 }
expect two message 1 { to "b@ours.test c@ours.test"; has "Subject: 2" }
# Left before the first recipient: MAIL is said again with it, and has to be taken again.
server one { start }
client c2 to 192.0.2.25:26 { hello; send "MAIL FROM:<a@client.test>"; expect 250; wait 10s; send "RCPT TO:<b@ours.test>"; expect 250; data "Subject: 3\n\nthree\n"; expect 250 }
client c2 { send "MAIL FROM:<a@client.test>"; expect 250; wait 10s }
server one { answer MAIL "450 4.7.0 later" }
server two { answer MAIL "450 4.7.0 later" }
client c2 { send "RCPT TO:<b@ours.test>"; expect 451 "4.4."; send "RSET"; expect 250 }
expect log backend-lost { why = "said again, the envelope is answered differently" }
