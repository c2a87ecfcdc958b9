# A server that speaks LMTP answers for each recipient: a client that can hear it gets them all in one transaction, by
# DATA or BDAT; another gets one recipient at a time.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: store, recipients: any } }
	hops: { store: { hosts: [ "lmtp://192.0.2.32:24" ], health: { every: 10s }, tls: off } }
"""
server store 192.0.2.32:24 { lmtp; offer PIPELINING; answer content for full@ours.test "452 4.2.2 full" }
start
advance 1s
client c1 to 192.0.2.25:25 {
	send "EHLO c.test"; expect 220; expect 250 has PRDR
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "RCPT TO:<full@ours.test>" "RCPT TO:<c@ours.test>" "DATA"
	expect 250; expect 250; expect 250; expect 250; expect 354; send "Subject: 1" "" "one" "."
	expect 353; expect 250; expect 452 "4.2.2 full"; expect 250; expect 250 "2.0.0 2 of 3"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<full@ours.test>" "RCPT TO:<full@ours.test>"; expect 250; expect 250; expect 250
	chunk """
		Subject: 2

		two
		""" last
	expect 353; expect 452; expect 452; expect 452 "4.2.2 full"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<b@ours.test>" "DATA"
	expect 250; expect 250; expect 354; send "Subject: 3" "" "three" "."; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>" "RSET"; expect 250; expect 250; expect 452 "4.5.3"; expect 250
}
expect store got 2
