# A client that waits for the answer to each chunk, and for its own next one: while it is waited for nothing lies unread, so
# what a slow server took for the chunks before does not count against the time for its answer.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { two.test: { via: one, recipients: any } }
	hops: { one: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server a 192.0.2.31:25 { offer PIPELINING CHUNKING; answer BDAT after 30s }
start
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@two.test>"; expect 250
	send "BDAT 12"; raw "Subject: 1\r\n"; expect 250
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 168000"; repeat 4000 "0123456789012345678901234567890123456789\r\n"; expect 250; wait 60s
	send "BDAT 3 LAST"; raw "a\r\n"; expect 250
}
expect a got 1
