# A BDAT whose size nobody can read: what follows cannot be told from commands, so the session ends.
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "BDAT x LAST"; expect 501 "5.5.4"; expect end
}
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "BDAT 18446744073709551616"; expect 501 "5.5.4"; expect end
}
