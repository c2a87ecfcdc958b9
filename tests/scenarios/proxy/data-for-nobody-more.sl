# A 354 that nobody wanted, since the only recipient was refused: the server waits for content there, and a further
# recipient would be part of it. The transaction goes on over another connection, with the first recipient said again.
use proxy
server home {
	answer RCPT for "bad@*" "450 4.2.1 later"
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect DATA; send "250 2.1.0 ok" "450 4.2.1 later" "354 go on"
		wait 5m
	}
}
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<bad@ours.test>" "DATA"
	expect 250; expect 450 "4.2.1 later"; expect 503
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	data "Subject: x\n\nx\n"; expect 250 "2.0.0 taken"
	send "QUIT"; expect 221; expect end
}
expect home connections 2
expect home got 1
expect home message 1 { to "b@ours.test c@ours.test"; before 20s }
expect log proxied 1 { verdict = accepted; recipients = 2; to = "b@ours.test" }
expect no-log member-down
# where there is no other connection, the client hears that it may come again
server home {
	script {
		send "220 home ESMTP"; expect EHLO; send "250-home" "250 PIPELINING"
		expect MAIL; expect RCPT; expect DATA; send "250 2.1.0 ok" "450 4.2.1 later" "354 go on"
		wait 5m
	}
}
advance 10m
mark
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<bad@ours.test>" "DATA"
	expect 250; expect 450 "4.2.1 later"; expect 503
}
net 192.0.2.30:25 refuse
client c2 { send "RCPT TO:<b@ours.test>"; expect 451 "4.4.2"; close }
expect home got 1
