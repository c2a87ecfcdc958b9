# A log-in that was passed on outlives a message that we refuse, where the server takes BDAT. Where it takes DATA alone
# the connection is ended by us, and with it the log-in: the client hears that, and nobody is blamed.
use passage
server home { offer PIPELINING 8BITMIME CHUNKING "AUTH PLAIN LOGIN" }
client c1 to 192.0.2.25:587 {
	hello; starttls relay.test; send "EHLO c.test"; expect 250
	auth PLAIN ann secret; expect 235
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<x@far.test>"; expect 250
	send "DATA"; expect 354; raw "Subject: x\r\n\r\n"; repeat 2500 "0123456789012345678901234567890123456789\r\n"; wait 500ms; raw "bare\rcr\r\n.\r\n"; expect 550
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<y@far.test>"; expect 250
	send "DATA"; expect 354; send "a: b" "" "c" "."; expect 250
	close
}
expect home got 1
expect home connections 1
server home { offer PIPELINING 8BITMIME "AUTH PLAIN LOGIN" }
client c2 to 192.0.2.25:587 {
	hello; starttls relay.test; send "EHLO c.test"; expect 250
	auth PLAIN ann secret; expect 235
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<x@far.test>"; expect 250
	send "DATA"; expect 354; raw "Subject: x\r\n\r\nbare\rcr\r\n.\r\n"; expect 550
	send "MAIL FROM:<a@client.test>"; expect 421 "4.4.2" has "has ended; log in again"
}
