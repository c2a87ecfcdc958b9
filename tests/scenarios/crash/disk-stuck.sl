# A disk that does not answer: the client learns the truth, and that it may try again.
use usual
client c1 to 192.0.2.25:25 { hello }
disk sync-time 1h
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\n.\r\n"; expect 451 "4.3.0"
}
disk sync-time 1ms
