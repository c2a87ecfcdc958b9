# A server behind us hears of a message when it is whole; one answer has to do for all recipients, and nobody gets what
# one of them is refused. What is kept meanwhile is gone afterwards.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", connect: dot } }
	domains: { ours.test: { via: pool, recipients: any } }
	hops: { pool: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], health: { every: 1h }, tls: off } }
"""
server one 192.0.2.31:25 { offer PIPELINING PRDR CHUNKING 8BITMIME }
server two 192.0.2.32:25 { offer PIPELINING PRDR CHUNKING 8BITMIME }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<x@far.test>" "RCPT TO:<c@ours.test>"
	expect 250; expect 250; expect 550 "5.7.1"; expect 250
	send "DATA"; expect 354; send "Subject: 1" "" "slow"; wait 4m
}
expect one sessions 0
client c1 { send "line" "."; expect 250 }
expect one message 1 { to "b@ours.test c@ours.test"; has "slow"; header Received "*" }
expect log proxied { verdict = accepted; recipients = 2; backend ~ "*192.0.2.31*"; said ~ "250*" }
expect queue empty
# The first that is refused speaks for all, one for now before one for ever.
server one { answer RCPT for "bad@*" "550 5.1.1 unknown"; answer RCPT for "full@*" "452 4.2.2 full" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<bad@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 2" "" "two" "."; expect 550 "5.1.1 <bad@ours.test>: unknown"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<bad@ours.test>" "RCPT TO:<full@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 3" "" "three" "."; expect 452 "4.2.2 <full@ours.test>: full"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<bad@ours.test>" "RCPT TO:<b@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 4" "" "four" "."
	expect 353; expect 550 "5.1.1 unknown"; expect 250; expect 250 "2.0.0 1 of 2"
}
expect one got 2
# Its answer to the message is passed on, and its no to MAIL.
server one { answer content "554 5.7.1 spam" times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; data "Subject: 5\n\nfive\n"; expect 554 "5.7.1 spam" }
server one { answer MAIL "550 5.7.1 not you" times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; data "Subject: 6\n\nsix\n"; expect 550 "5.7.1 not you" }
# One that is lost in the content is replaced; behind the end of it nobody knows, and nobody else is asked.
advance 10s
break 192.0.2.31:25 reset 20000
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Subject: 7" ""; repeat 2000 "0123456789012345678901234567890123456789\r\n"; send "."; expect 250 }
expect two got 1
expect log backend-lost 1 { mail = "another backend is asked while the client waits" }
server one { stop }
advance 1h
server two { answer content close times 1 }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; data "Subject: 8\n\neight\n"; expect 451 "4.4.2" }
server two { stop }
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; data "Subject: 9\n\nnine\n"; expect 451 "4.4.1" }
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "half"; close }
expect queue empty
expect two got 1
