# A backend that hangs up behind its refusals of all recipients has refused them. A client that leaves behind its DATA
# leaves no message, and the backend's session is not used again.
use proxy
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect DATA; send "250 2.1.0 ok" "550 5.1.1 who is that"; close
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>" "DATA"; expect 250; expect 550 "5.1.1 who is that"; expect 503
	close
}
expect no-log backend-lost
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect DATA; wait 2s; send "250 2.1.0 ok" "250 2.1.5 ok" "354 go on"; wait 1m
	}
}
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"
	wait 1s
	reset
}
advance 10s
expect home got 0
client c3 to 192.0.2.25:25 { message a@client.test b@ours.test }
expect home got 1
expect home connections 3
