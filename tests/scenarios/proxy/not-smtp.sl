# A backend that says what makes no sense there is not believed.
use proxy
server home { answer DATA "250 2.0.0 sure" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 451 "4.4.2"
	close
}
expect home got 0
