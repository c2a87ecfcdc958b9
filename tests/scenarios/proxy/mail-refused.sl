# The backend refuses MAIL, which was answered before it was asked: its reply is given to each recipient.
use proxy
server home { answer MAIL "550 5.7.1 not you" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>"; expect 550 "5.7.1 not you"; expect 550 "5.7.1 not you"
	send "RCPT TO:<d@ours.test>"; expect 550 "5.7.1 not you"
	send "DATA"; expect 503
}
