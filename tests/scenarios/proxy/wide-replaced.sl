# Bytes over 127 for which nobody asked: where their server is lost before any of the content went out, who stands in has to
# take them; one that does not hears nothing of them.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains:
	  two.test: { via: pair, recipients: any }
	  three.test: { via: three, recipients: any }
	hops:
	  pair: { hosts: [ "192.0.2.31:25", "192.0.2.32:25" ], tls: off, health: { every: 1h } }
	  three: { hosts: [ "192.0.2.31:25", "192.0.2.32:25", "192.0.2.33:25" ], tls: off, health: { every: 1h } }
"""
server a 192.0.2.31:25 { offer PIPELINING CHUNKING 8BITMIME }
server b 192.0.2.32:25 { offer PIPELINING CHUNKING }
server c 192.0.2.33:25 { offer PIPELINING CHUNKING 8BITMIME }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@two.test>"; expect 250; send "DATA"; expect 354
	raw "Subject: 1\r\n\r\nh\xc3\xa9llo\r\n"; wait 300ms
}
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@two.test>"; expect 250; send "DATA"; expect 354
	raw "Subject: 1\r\n\r\nh\xc3\xa9llo\r\n"; wait 300ms
}
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@three.test>"; expect 250; send "DATA"; expect 354
	raw "Subject: 1\r\n\r\nh\xc3\xa9llo\r\n"; wait 300ms
}
server a { stop }
client c1 { wait 300ms; raw "end\r\n.\r\n"; expect 451; close }
client c2 { repeat 1000 "0123456789012345678901234567890123456789\r\n"; raw "end\r\n.\r\n"; expect 451; close }
client c3 { raw "end\r\n.\r\n"; expect 250; close }
expect b got 0
expect c got 1
