# DATA went to the backend with recipients that it refused: its no to DATA is nobody's reply and costs nothing; with a 354
# it waits for a message that there is not, and gets none.
use proxy
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect DATA; send "250 2.1.0 ok" "550 5.1.1 who is that" "554 5.5.1 nobody wants it"
		expect RSET; expect MAIL; expect RCPT; expect DATA
		send "250 2.0.0 ok" "550 5.7.1 not you" "503 5.5.1 MAIL first" "503 5.5.1 RCPT first"
		expect RSET; expect MAIL; expect RCPT; expect DATA
		send "250 2.0.0 ok" "250 2.1.0 ok" "450 4.2.1 later" "354 go on"
		wait 1m
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>" "DATA"
	expect 250; expect 550 "5.1.1 who is that"; expect 503
	send "RSET"; expect 250
	send "MAIL FROM:<x@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 550 "5.7.1 not you"; expect 503
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 450 "4.2.1 later"; expect 503
	send "RSET"; expect 250
}
expect home connections 1
expect home got 0
client c1 { message a@client.test b@ours.test }
expect home connections 2
expect home message 1 { before 20s }
expect no-log backend-lost
