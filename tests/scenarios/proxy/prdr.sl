# Where client and server behind us both can, each recipient gets an answer of its own to the message (draft-hall-prdr-00);
# a server that answers once for all is passed on as well.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], health: { every: 1h }, tls: off } }
"""
server home 192.0.2.30:25 { offer PIPELINING PRDR }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello
	send "EHLO c.test"; expect 250 has PRDR
	send "MAIL FROM:<a@client.test> PRDR=yes"; expect 501
}
server home { script {
	send "220 home"; expect EHLO; send "250-home" "250 PRDR"
	expect "MAIL FROM:<a@client.test> PRDR"; send "250 2.1.0 ok"
	expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "550 5.1.1 unknown"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content
	send "353 one by one" "250 2.0.0 b has it" "550 5.7.1 d does not want it" "452 4.2.2 e is full" "250 2.0.0 done"
	expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content; send "353 one by one" "550 5.7.1 b does not want it" "451 4.7.1 c may later" "550 5.7.1 nobody"
	expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content; send "353 one by one" "250 2.0.0 b" "250 2.0.0 c" "554 5.3.0 no, nobody after all"
	expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content; send "250 2.0.0 all of them"
	expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content; send "353 one by one" "250 2.0.0 b"; close
} }
client c1 {
	send "MAIL FROM:<a@client.test> PRDR"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 550 "5.1.1 unknown"
	send "RCPT TO:<d@ours.test>"; expect 250
	send "RCPT TO:<e@ours.test>"; expect 250
	send "DATA"; expect 354; send "Subject: 1" "" "one" "."
	expect 353; expect 250 "2.0.0 b has it"; expect 550 "5.7.1 d does not want it"; expect 452 "4.2.2 e is full"; expect 250 "2.0.0 1 of 3"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 2" "" "two" "."
	expect 353; expect 550 "5.7.1 b does not want it"; expect 451 "4.7.1 c may later"; expect 451 "4.7.1 c may later"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 3" "" "three" "."; expect 554 "5.3.0 no, nobody after all"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 4" "" "four" "."; expect 250 "2.0.0 all of them"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 354; send "Subject: 5" "" "five" "."; expect 451 "4.4.2"
	send "NOOP"; expect 250; close
}
expect log refused { command = content; argument = "d@ours.test"; reply ~ "550 5.7.1*" }
expect log refused { command = content; argument = "e@ours.test"; reply ~ "452 4.2.2*" }
expect log proxied { verdict = accepted; recipients = 3; told ~ "250 2.0.0 1 of 3*" }
expect log proxied { verdict = in-doubt; told ~ "451 4.4.2*" }
