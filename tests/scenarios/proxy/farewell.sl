# A backend's 421 is about its own connection: the client's goes on.
use proxy
server home { answer RCPT "421 4.3.2 shutting down" close times 3 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 451 "4."
	send "RSET"; expect 250
	message a@client.test b@ours.test
}
expect home got 1
# Where the same server takes us back at once, the client hears nothing of it.
server home { answer RCPT "421 4.3.2 shutting down" close times 1 }
client c1 { message a@client.test c@ours.test }
expect home got 2
