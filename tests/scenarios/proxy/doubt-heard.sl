# Who heard the answer, and hangs up without a word, or speaks on, is not lost: its next message is passed on.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test "a: b\n\nc\n"; close }
client c2 to 192.0.2.25:25 {
	message a@client.test b@ours.test "a: b\n\nc\n"
	message a@client.test b@ours.test "a: b\n\nc\n"
	send "NOOP"; expect 250
	reset
}
advance 10s
expect home got 3
expect no-log client-lost-after-commit
mark
# The answer is on its way when the connection breaks; QUIT came before it and proves nothing.
server home { answer content "250 2.0.0 taken" after 2s }
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nd\r\n.\r\nQUIT\r\n"
	wait 1s
	reset
}
advance 10s
expect log client-lost-after-commit 1
mark
client c4 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\ne\r\n.\r\n"
	close
}
advance 10s
expect log client-lost-after-commit 1
