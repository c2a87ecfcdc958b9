# A backend that says more than it was asked, where BDAT is spoken: its surplus 250 is not taken for the answer to the
# message. It is left for a new connection.
use proxy
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250-PIPELINING" "250-CHUNKING" "250 8BITMIME"
		expect MAIL; send "250 2.1.0 ok"; expect RCPT; send "250 2.1.5 ok" "250 2.1.5 ok again"
		wait 10m
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; expect 250 "2.0.0"
	close
}
expect log proxied 1 { verdict = accepted }
expect home got 1
expect log backend-lost { why ~ "*nobody asked for*" }
