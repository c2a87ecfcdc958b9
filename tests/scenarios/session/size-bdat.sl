# A message that is already too large is refused with its chunk, not with the last one; what was sent
# behind it belongs to no message.
use usual
config """
	hostname: relay.test
	postmaster: boss@ours.test
	limits: { message-size: 100000 }
	listeners: { mx: { for: mx, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	spool: { path: spool, segment-size: 64KiB }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "BDAT 100002"
	repeat 1000 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	raw "\r\n"
	expect 552 "5.3.4"
	send "BDAT 0 LAST"; expect 503 "5.5.1"
	send "QUIT"; expect 221; expect end
}
expect queue empty
