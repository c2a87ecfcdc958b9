# Of three servers two are silent: the patience of half a minute is shared, so that the third is asked within it.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { three.test: { via: three, recipients: any } }
	hops: { three: { hosts: [ "192.0.2.31:25", "192.0.2.32:25", "192.0.2.33:25" ], tls: off } }
"""
server one 192.0.2.31:25 { answer MAIL silence }
server two 192.0.2.32:25 { answer MAIL silence }
server three 192.0.2.33:25 { }

# At MAIL, when nothing was answered yet.
client mail to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<mail@three.test>"; expect nothing 24s; wait 2s; expect 250; data "Subject: 1\n\none\n"; expect 250; close }
expect log backend-lost 2 { why = "timed out, waiting for the reply to MAIL"; mail ~ "another*" }
expect log proxied 1 { verdict = accepted; backend ~ "*192.0.2.33*"; took-ms ~ "2????"; backend-ms ~ "25???" }
advance 15m
mark

# At DATA, where the envelope is said again.
server one { forget; answer DATA silence }
server two { forget; answer DATA silence }
client data to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<data@three.test>"; expect 250; expect 250; send "DATA"; expect nothing 24s; wait 2s; expect 354; send "Subject: 2" "" "two" "."; expect 250; close }
expect log backend-lost 2 { why = "timed out, waiting for the reply to DATA"; mail ~ "another*" }
advance 15m
mark

# A long breath of recipients has taken the half minute already: the other two share what is left for them.
server one { forget; answer RCPT silence }
server two { forget; answer MAIL silence }
client breath to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b1@three.test>" "RCPT TO:<b2@three.test>" "RCPT TO:<b3@three.test>" "RCPT TO:<b4@three.test>"; expect nothing 30s; wait 4s; expect 250; expect 250; expect 250; expect 250; data "Subject: 3\n\nthree\n"; expect 250; close }
expect log backend-lost 2 { mail ~ "another*" }
expect three got 3
