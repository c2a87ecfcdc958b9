# What recipients were answered differently is never answered from memory, nor what was stored here in part.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on, on-backend-failure: spool } }
	domains: { ours.test: { via: home, recipients: any }, others.test: { via: other, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], health: { every: 1h }, tls: off }, other: { hosts: [ "192.0.2.31:25" ], health: { every: 1h }, tls: off } }
"""
server home 192.0.2.30:25 { offer PRDR }
server other 192.0.2.31:25 { offer PRDR }
start
advance 1s
server home { script {
	send "220 home"; expect EHLO; send "250-home" "250 PRDR"
	expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content; wait 2s; send "353 one by one" "250 2.0.0 b" "550 5.7.1 c does not want it" "250 2.0.0 done"
	wait 1s; close
} }
client c1 to 192.0.2.25:25 from 192.0.2.77 {
	hello; send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>"; expect 250; expect 250; expect 250
	send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; wait 1s; reset
}
advance 30s
expect log client-lost-after-commit 1 { }
server home { script {
	send "220 home"; expect EHLO; send "250-home" "250 PRDR"
	expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok"; expect RCPT; send "250 2.1.5 ok"
	expect DATA; send "354 go"; content; send "353 one by one" "250 2.0.0 b" "550 5.7.1 c does not want it" "250 2.0.0 done"
	expect QUIT; send "221 bye"
} }
client c2 to 192.0.2.25:25 from 192.0.2.77 {
	hello; send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>"; expect 250; expect 250; expect 250
	send "DATA"; expect 354; raw "a: b\r\n\r\nc\r\n.\r\n"; expect 353; expect 250 "2.0.0 b"; expect 550 "5.7.1 c does not want it"; expect 250 "2.0.0 1 of 2"
	close
}
advance 30s
# One for the server, one for the spool.
server home { answer content "250 2.0.0 taken" after 2s times 1 }
client c3 to 192.0.2.25:25 from 192.0.2.77 {
	hello; send "MAIL FROM:<x@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<d@others.test>"; expect 250; expect 250; expect 250
	send "DATA"; expect 354; raw "a: b\r\n\r\nd\r\n.\r\n"; wait 1s; reset
}
advance 30s
expect log client-lost-after-commit 2 { }
expect other got 1
client c4 to 192.0.2.25:25 from 192.0.2.77 {
	hello; send "MAIL FROM:<x@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<d@others.test>"; expect 250; expect 250; expect 250
	send "DATA"; expect 354; raw "a: b\r\n\r\nd\r\n.\r\n"; expect 250 "2.0.0 Queued as" lacks "Duplicate"
}
advance 30s
expect other got 2
expect no-log proxied { verdict = duplicate }
