# A log-in is part of who sent it: behind one address another user's message is another one.
use secure
user dora "dora pass" "*@ours.test"
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	tls: [ { certificate: tls.pem, key-file: tls.key } ]
	users: [ { file: users } ]
	listeners: { submission: { for: submission, service: proxy, address: "192.0.2.25:587", dedupe: on } }
	routes: [ { via: home } ]
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home { answer content "250 2.0.0 taken" after 2s times 1 }
client c1 to 192.0.2.25:587 from 192.0.2.77 {
	hello; starttls relay.test; hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>"; expect 250
	send "RCPT TO:<b@far.test>"; expect 250
	send "DATA"; expect 354
	raw "From: alice@ours.test\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"
	wait 1s
	reset
}
advance 10s
expect log client-lost-after-commit 1
client c2 to 192.0.2.25:587 from 192.0.2.77 {
	hello; starttls relay.test; hello
	auth PLAIN dora "dora pass"; expect 235
	send "MAIL FROM:<alice@ours.test>"; expect 250
	send "RCPT TO:<b@far.test>"; expect 250
	send "DATA"; expect 354
	raw "From: alice@ours.test\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"
	expect 250 lacks "Duplicate"
	close
}
expect home got 2
client c3 to 192.0.2.25:587 from 192.0.2.77 {
	hello; starttls relay.test; hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	send "MAIL FROM:<alice@ours.test>"; expect 250
	send "RCPT TO:<b@far.test>"; expect 250
	send "DATA"; expect 354
	raw "From: alice@ours.test\r\nDate: Wed, 25 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"
	expect 250 has "Duplicate of"
	close
}
expect home got 2
