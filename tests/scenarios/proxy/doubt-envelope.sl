# Only a message that names itself is called a duplicate, and what is to be reported about it is part of it.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], health: { every: 1h }, tls: off } }
"""
server home 192.0.2.30:25 { offer DSN; answer content "250 2.0.0 taken" after 2s times 3 }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; raw "a: b\r\n\r\nMessage-ID: <1@client.test>\r\n.\r\n"; wait 1s; reset
}
client c2 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; raw "Message-ID: \r\na: b\r\n\r\nc\r\n.\r\n"; wait 1s; reset
}
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=one" "RCPT TO:<b@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;x@ours.test" "RCPT TO:<c@ours.test> NOTIFY=NEVER"
	expect 250; expect 250; expect 250
	send "DATA"; expect 354; raw "Message-ID: <2@client.test>\r\n\r\nc\r\n.\r\n"; wait 1s; reset
}
advance 10s
expect log client-lost-after-commit 3
client c4 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nMessage-ID: <1@client.test>\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "Message-ID: \na: b\n\nc\n"; expect 250 lacks "Duplicate"
	# Each with one thing that is otherwise.
	send "MAIL FROM:<a@client.test> RET=FULL ENVID=one" "RCPT TO:<b@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;x@ours.test" "RCPT TO:<c@ours.test> NOTIFY=NEVER"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test> RET=HDRS" "RCPT TO:<b@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;x@ours.test" "RCPT TO:<c@ours.test> NOTIFY=NEVER"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=two" "RCPT TO:<b@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;x@ours.test" "RCPT TO:<c@ours.test> NOTIFY=NEVER"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=one" "RCPT TO:<b@ours.test> NOTIFY=FAILURE ORCPT=rfc822;x@ours.test" "RCPT TO:<c@ours.test> NOTIFY=NEVER"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=one" "RCPT TO:<b@ours.test> NOTIFY=SUCCESS" "RCPT TO:<c@ours.test> NOTIFY=NEVER"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=one" "RCPT TO:<b@ours.test> NOTIFY=NEVER ORCPT=rfc822;x@ours.test" "RCPT TO:<c@ours.test> NOTIFY=SUCCESS"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 lacks "Duplicate"
	# And the same, with the recipients the other way round.
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=one" "RCPT TO:<c@ours.test> NOTIFY=NEVER" "RCPT TO:<b@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;x@ours.test"
	expect 250; expect 250; expect 250
	data "Message-ID: <2@client.test>\n\nc\n"; expect 250 has "Duplicate of"
	close
}
expect home got 11
