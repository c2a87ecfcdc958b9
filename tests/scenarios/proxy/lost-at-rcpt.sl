# The backend hangs up on a recipient.
use proxy
server home { answer RCPT for c@ours.test close }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 451 "4.4.2"
	send "DATA"; expect 451 "4.4.2"
	send "NOOP"; expect 250
	close
}
expect home got 0
