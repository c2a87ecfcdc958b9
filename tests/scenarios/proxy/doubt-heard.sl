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
mark
# Who only sends no more, with QUIT or without, reads on: it is there, and hears the answer and the farewell.
client c5 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nf\r\n.\r\nQUIT\r\n"
	half-close
	expect 250 "2.0.0 taken"; expect 221; expect end
}
client c6 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\ng\r\n.\r\n"
	half-close
	expect 250 "2.0.0 taken"; expect end
}
advance 10s
expect log proxied 2 { verdict = accepted }
expect no-log client-lost-after-commit
mark
# The network is cut without a word: nobody's system has taken the answer.
client c7 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nh\r\n.\r\n"
	wait 1s
	lose
}
advance 10m
expect log client-lost-after-commit 1
