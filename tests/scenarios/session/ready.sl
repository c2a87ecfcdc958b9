# Behind EHLO, without a transaction.
use secure
client c1 to 192.0.2.25:25 {
	hello
	send "RCPT TO:<b@ours.test>"; expect 503
	send "DATA"; expect 503
	raw "BDAT 6 LAST\r\nQUIT\r\n"; expect 503
	send "RSET"; expect 250
	send "NOOP with words"; expect 250
	send "VRFY b"; expect 252
	send "EXPN b"; expect 502
	send "HELP"; expect 214
	send "AUTH PLAIN"; expect 502
	send "XCLIENT ADDR=198.51.100.9"; expect 550
	send "XFORWARD ADDR=198.51.100.9"; expect 550
	send "ETRN ours.test"; expect 502
	send "FROBNICATE"; expect 500
	raw "NOOP\nNOOP\r\n"; expect 500; expect 500
	send "EHLO again.test"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RSET"; expect 250
	send "HELO client.test"; expect 250
	send "EHLO client.test"; expect 250
	send "QUIT"; expect 221; expect end
}
client c2 to 192.0.2.25:25 { hello; starttls relay.test; hello; close }
expect queue empty
