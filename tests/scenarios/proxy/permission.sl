# A stranger's foreign recipient is refused before any backend hears of it: it would trust our address.
use proxy
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 550 "5.7.1"
	send "RCPT TO:<x%far.test@ours.test>"; expect 550 "5.7.1"
	close
}
expect home connections 0
