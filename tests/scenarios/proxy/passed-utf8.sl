# Words beyond ASCII: a client that said SMTPUTF8 reads them as they are, others read their bytes (RFC 6531 section
# 3.7.4). What is not UTF-8, and control characters, nobody sees as they are.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], health: { every: 10s }, tls: off } }
"""
server home {
	offer 8BITMIME SMTPUTF8
	answer RCPT for "moved@*" "551 5.1.6 try <\xc3\xb6@ours.test>"
	answer RCPT for "bad@*" "550 5.1.1 no \xc3\xb6 \xc3( \xc2\x85 \x1b"
	answer content "250 2.0.0 danke sch\xc3\xb6n"
}
start
advance 12s
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test> SMTPUTF8"; expect 250
	send "RCPT TO:<bad@ours.test>"; expect 550 "5.1.1 no \xc3\xb6 \\xc3( \\xc2\\x85 \\x1b"
	send "RCPT TO:<moved@ours.test>"; expect 551 "5.1.6 try <\xc3\xb6@ours.test>"
	send "RCPT TO:<b@ours.test>"; expect 250
	data "Subject: x\n\nx\n"; expect 250 "2.0.0 danke sch\xc3\xb6n"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<bad@ours.test>"; expect 550 "5.1.1 no \\xc3\\xb6 \\xc3( \\xc2\\x85 \\x1b"
	send "RCPT TO:<moved@ours.test>"; expect 550 "5.6.8 try <\\xc3\\xb6@ours.test>"
	send "RCPT TO:<b@ours.test>"; expect 250
	data "Subject: x\n\nx\n"; expect 250 "2.0.0 danke sch\\xc3\\xb6n"
	send "QUIT"; expect 221; expect end
}
expect home got 2
# log lines are for programs that read ASCII
expect log proxied 2 { told = "250 2.0.0 danke sch\\\\xc3\\\\xb6n" }
