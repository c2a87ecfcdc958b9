# A message goes through while its client waits; what the backend says is what the client hears.
use proxy
server home { answer content "250 2.6.0 taken as 4711" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Subject: x\r\n\r\n..dot\r\n.\r\n"; expect 250 "2.6.0 taken as 4711"
	send "QUIT"; expect 221; expect end
}
expect home got 1
expect queue empty
expect log proxied 1 { from = "a@client.test"; to = "b@ours.test"; said ~ "250 2.6.0*" }
