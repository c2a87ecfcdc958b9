# SIZE over the limit is refused at MAIL (RFC 1870), and so is what turns out to be more.
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { message-size: 100000, header-size: 16KiB }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 {
	expect 220
	send "EHLO client.test"; expect 250 has "SIZE 100000"
	send "MAIL FROM:<a@client.test> SIZE=100001"; expect 552 "5.3.4"
	send "MAIL FROM:<a@client.test> SIZE=100000"; expect 250
	send "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 354
	raw "Subject: too much\r\n\r\n"
	repeat 2000 "0123456789012345678901234567890123456789012345678901234\r\n"
	send "."; expect 552 "5.3.4"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	repeat 1500 "X-Field: 0123456789012345678901234567890123456\r\n"
	send "."; expect 552 "5.3.4"
	send "NOOP"; expect 250
	close
}
expect queue empty
# What comes behind a header section that is just short enough, in the same breath, is no part of it.
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	raw "BDAT 15840\r\n"; repeat 330 "X-Field: 0123456789012345678901234567890123456\r\n"; expect 250
	raw "BDAT 717 LAST\r\nSubject: long\r\n\r\nyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"; expect 250
	close
}
expect log refused { command = content; reply ~ "552 5.3.4*" }
