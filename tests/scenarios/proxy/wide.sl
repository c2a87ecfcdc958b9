# Bytes over 127 that nobody declared go to servers that take them, and to nobody else.
counts-on-idle
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  dot: { for: mx, service: proxy, connect: dot, address: "192.0.2.25:26" }
	domains:
	  one.test: { via: narrow, recipients: any }
	  two.test: { via: pair, recipients: any }
	  three.test: { via: assumed, recipients: any }
	  four.test: { via: chunks, recipients: any }
	hops:
	  narrow: { hosts: [ "192.0.2.30:25" ], tls: off }
	  pair: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off, health: { every: 1h } }
	  assumed: { hosts: [ "192.0.2.33:25" ], tls: off, assume-8bit: true }
	  chunks: { hosts: [ "192.0.2.34:25" ], tls: off }
"""
server one 192.0.2.30:25 { offer PIPELINING }
server bad 192.0.2.31:25 { offer PIPELINING CHUNKING }
server good 192.0.2.32:25 { offer PIPELINING 8BITMIME }
server any 192.0.2.33:25 { offer PIPELINING }
server four 192.0.2.34:25 { offer PIPELINING CHUNKING }
start
advance 1s
# Content that streams: the server is left without the end of it. The next message is none the worse.
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: 1\r\n\r\nh\xc3\xa9llo\r\n.\r\n"; expect 554 "5.6.3"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: 2\r\n\r\nhello\r\n.\r\n"; expect 250
}
expect one got 1
expect one connections 2
expect log proxied 1 { verdict = refused; told ~ "554 5.6.3*" }
# With CHUNKING it keeps its connection: RSET.
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@four.test>"; expect 250; expect 250
	chunk "Subject: h\xc3\xa9llo\n\n"; expect 250; chunk "text\n" last; expect 554 "5.6.3"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@four.test>"; expect 250; expect 250
	chunk "Subject: 2\n\nhello\n" last; expect 250
}
expect four got 1
expect four connections 1
# Who is said to take them all the same gets them.
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@three.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: 1\r\n\r\nh\xc3\xa9llo\r\n.\r\n"; expect 250
}
expect any got 1
# Where only some members take them the content is gathered first, however its client pipelines, and what is ASCII
# goes to the first in any case. A connection that is there already, with one that takes all, is as good.
mark
client c4 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@two.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: 3\r\n\r\nhello\r\n.\r\n"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@two.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: 1\r\n\r\nh\xc3\xa9llo\r\n.\r\n"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@two.test>"; expect 250; send "DATA"; expect 354
	raw "Subject: 2\r\n\r\nh\xc3\xa9llo\r\n.\r\n"; expect 250
}
expect good got 2
expect good message 1 { has "h\xc3\xa9llo" }
expect bad got 1
expect log proxied 2 { verdict = accepted; gathered = yes }
# What is whole before any server hears of it goes to one that takes it, with BODY=8BITMIME; or to none.
client c5 to 192.0.2.25:26 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@two.test>"; expect 250; expect 250; data "Subject: 1\n\nh\xc3\xa9llo\n"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>"; expect 250; expect 250; data "Subject: 2\n\nh\xc3\xa9llo\n"; expect 554 "5.6.3"
}
expect good got 3
expect one got 1
expect log proxied 1 { verdict = refused; told ~ "554 5.6.3*" }
expect queue empty
