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
# any yes to content is the one that RFC 5321 has
server home { answer content "251 2.6.0 taken as 4712" }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\nx\r\n.\r\n"; expect 250 "2.6.0 taken as 4712"
	send "QUIT"; expect 221; expect end
}
expect log proxied 1 { to = "c@ours.test"; said ~ "251 2.6.0*"; told ~ "250 2.6.0*" }
expect home got 2
expect queue empty
expect log proxied 1 { from = "a@client.test"; to = "b@ours.test"; said ~ "250 2.6.0*" }
