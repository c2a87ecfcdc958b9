# The time for the answer runs from the client's final dot, however slowly a backend takes what is before it: here the
# dot is sent at once and lies unread for 140 seconds.
use proxy
server home { script { send "220 home"; expect EHLO; send "250 home"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; wait 140s; content; wait 280s; send "250 2.0.0 at last" } }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Subject: 1\r\n\r\n"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; raw ".\r\n"
	expect 451 "4.4.2"
	close
}
expect log proxied 1 { verdict = in-doubt; took-ms ~ "2850*" }
mark
# A client that is waited for itself has not sent its dot by then: what was before does not count.
server home { script { send "220 home"; expect EHLO; send "250 home"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; wait 140s; content; wait 200s; send "250 2.0.0 at last" } }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Subject: 1\r\n\r\n"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; wait 5s; raw ".\r\n"
	expect 250 "2.0.0 at last"
	close
}
expect log proxied 1 { verdict = accepted; took-ms ~ "345*" }
mark
# One that uses up seven eighths of it is left without the end of the content: it cannot have the message.
server other { script { send "220 other"; expect EHLO; send "250 other"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; wait 100s; content; send "250 2.0.0 too late" } }
reload """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { others.test: { via: other, recipients: any } }
	hops: { other: { hosts: [ "192.0.2.31:25" ], tls: off, answer-timeout: 80s } }
"""
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@others.test>"; expect 250
	send "DATA"; expect 354
	raw "Subject: 2\r\n\r\n"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; raw ".\r\n"
	expect 451 "4.4.2"
	close
}
expect log proxied 1 { verdict = lost; took-ms ~ "700*" }
expect log backend-lost 1 { why = "it took the content so slowly that the client waits for its answer" }
