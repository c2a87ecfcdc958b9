# A message that we refuse, or that its client gives up, costs no connection where the backend takes BDAT, however
# many chunks it has: what it said to them is heard, then comes RSET.
use backend
server one { offer CHUNKING PIPELINING }
client refused to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@c.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\n"; repeat 2500 "0123456789012345678901234567890123456789\r\n"; wait 500ms; raw "bare\rcr\r\n.\r\n"; expect 550
	message a@c.test c@one.test
	close
}
client at-once to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@c.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\n"; repeat 2500 "0123456789012345678901234567890123456789\r\n"; raw "bare\rcr\r\n.\r\n"; expect 550
	message a@c.test d@one.test
	close
}
client reset to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@c.test>"; expect 250; send "RCPT TO:<b@one.test>"; expect 250
	chunk "Subject: x\n\n"; expect 250
	send "BDAT 60000"; repeat 6000 "0123456789"; expect 250
	send "RSET"; expect 250
	message a@c.test e@one.test
	close
}
client gone to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@c.test>"; expect 250; send "RCPT TO:<b@one.test>"; expect 250
	chunk "Subject: x\n\n"; expect 250
	send "BDAT 60000"; repeat 6000 "0123456789"; expect 250
	close
}
client next to 192.0.2.25:25 { message a@c.test f@one.test; close }
expect one got 4
expect one connections 1

# One that does not say what it thinks of the chunks is not waited for long, and is left.
server one { answer BDAT silence times 1 }
client silent to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@c.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\n"; repeat 2500 "0123456789012345678901234567890123456789\r\n"; raw "bare\rcr\r\n.\r\n"; wait 6s; expect 550
	message a@c.test g@one.test
	close
}
expect one got 5
expect one connections 2
