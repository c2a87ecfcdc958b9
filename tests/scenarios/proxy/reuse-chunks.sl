# The same where the content goes by BDAT, on either side.
use proxy
server home { offer "PIPELINING" "CHUNKING" }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; message a@client.test b@ours.test; send "QUIT"; expect 221 }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	chunk "Subject: x\n\nbody\n" last; expect 250
}
expect home got 3
expect home connections 1
