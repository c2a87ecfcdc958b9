# A backend that never answers the message costs the client less than ten minutes, and no 250.
use proxy
server home { answer content silence }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "a: b\r\n\r\nc\r\n.\r\n"; wait 5m; expect 451 "4.4.2"
	close
}
