# Dots at the beginning of lines are doubled on the way and single at both ends.
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: dots\r\n\r\n..\r\n...\r\n..x\r\n.y\r\n.\r\n"; expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect home message 1 { body ".\n..\n.x\ny\n" }
