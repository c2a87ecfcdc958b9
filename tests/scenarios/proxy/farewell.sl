# A backend's 421 is about its own connection: the client's goes on.
use proxy
server home { answer RCPT "421 4.3.2 shutting down" close times 1 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 451 "4."
	send "RSET"; expect 250
	message a@client.test b@ours.test
}
expect home got 1
