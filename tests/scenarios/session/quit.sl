# What is said behind QUIT is heard by nobody.
use secure
client c1 to 192.0.2.25:25 {
	hello
	send "QUIT" "EHLO client.test" "HELO client.test" "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA" "BDAT 0 LAST" "RSET" "NOOP" "VRFY b" "EXPN b" "HELP" "QUIT" "STARTTLS" "AUTH PLAIN" "ETRN ours.test" "FROBNICATE" "NO\rOP"
	expect 221
	expect end
}
expect queue empty
