# A chunk's size is known before its bytes: one that makes the message too large by one byte is refused without any of it
# being sent on, so that the server's connection is kept; a message as large as it may be passes.
config """
	hostname: front.test
	postmaster: boss@ours.test
	limits: { message-size: 100000 }
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", slow-after: 0s, release-after: 0s } }
	domains: { ours.test: { via: one, recipients: any } }
	hops: { one: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server one 192.0.2.31:25 { offer CHUNKING }
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	raw "BDAT 14\r\nSubject: x\r\n\r\n"; expect 250
	raw "BDAT 99987\r\n0123456789012345678901234567890123456789012345678901234567890123456789012345678901234\r\n"
	repeat 999 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	expect 552 "5.3.4"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	raw "BDAT 14\r\nSubject: x\r\n\r\n"; expect 250
	raw "BDAT 99986 LAST\r\n012345678901234567890123456789012345678901234567890123456789012345678901234567890123\r\n"
	repeat 999 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	expect 250
	close
}
expect log proxied 1 { verdict = refused; size ~ "???"; told ~ "552*" } # its own lines of the header
expect log proxied 1 { verdict = accepted; size ~ "100???" }
expect one got 1
expect one connections 1
