# The client goes away behind its final dot, the backend takes the message: the same one again is answered, not passed on.
use proxy
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on }
	  plain: { for: mx, service: proxy, address: "192.0.2.25:26" }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home { answer content "250 2.0.0 taken" after 2s times 1 }
client c1 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"
	wait 1s
	reset
}
advance 10s
expect home got 1
expect log client-lost-after-commit 1 { peer ~ "192.0.2.77:*"; queue-id ~ "?????????????" }
expect metric sluice_proxy_unheard_total = 1
mark
# The order of recipients and the way of the content do not count.
client c2 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	chunk "Message-ID: <1@client.test>\n\n"; expect 250
	chunk "c\n" last; expect 250 has "Duplicate of"
	send "NOOP"; expect 250
}
expect home got 1
expect log proxied 1 { verdict = duplicate; duplicate-of ~ "?????????????"; said absent; told ~ "250 2.0.0 Duplicate of *" }
expect metric sluice_proxy_duplicates_total = 1
# One byte more, one recipient less, another sender, header, client: each is another message.
client c2 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\ncc\r\n.\r\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<aa@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <2@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"
	close
}
client c3 to 192.0.2.25:25 from 192.0.2.78 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"
	close
}
expect home got 6
# A listener that does not say so passes it on; the other one still knows, whatever worker, and for a day.
client c4 to 192.0.2.25:26 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"
	close
}
expect home got 7
kill workers
advance 23h
client c5 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 has "Duplicate of"
	close
}
expect home got 7
advance 2h
client c6 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Message-ID: <1@client.test>\r\n\r\nc\r\n.\r\n"; expect 250 lacks "Duplicate"
	close
}
expect home got 8
