# The same bytes, divided otherwise into header section and body, are another message.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home { answer content "250 2.0.0 taken" after 2s times 1 }
client c1 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc: d\r\n.\r\n"
	wait 1s
	reset
}
advance 10s
expect log client-lost-after-commit 1
client c2 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\nc: d\r\n\r\n.\r\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc: d\r\n.\r\n"; expect 250 has "Duplicate of"
	close
}
expect home got 2
