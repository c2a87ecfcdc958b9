# What is said behind QUIT is heard by nobody: a command each, in the same breath, and then the end.
use secure
link whole 192.0.2.9
client c1 to 192.0.2.25:25 { hello; send "QUIT" "EHLO client.test"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "HELO client.test"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "MAIL FROM:<a@client.test>"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "RCPT TO:<b@ours.test>"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "DATA"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "BDAT 0 LAST"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "RSET"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "NOOP"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "VRFY b"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "EXPN b"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "HELP"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "QUIT"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "STARTTLS"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "AUTH PLAIN"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "XCLIENT ADDR=198.51.100.9"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "XFORWARD ADDR=198.51.100.9"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "ETRN ours.test"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "FROBNICATE"; expect 221; expect end }
client c1 to 192.0.2.25:25 { hello; send "QUIT" "NO\rOP"; expect 221; expect end }
# Nor does a whole message begin there.
client c1 to 192.0.2.25:25 {
	hello
	send "QUIT" "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA" "a: b" "" "c" "."
	expect 221; expect end
}
expect queue empty
expect home got 0
