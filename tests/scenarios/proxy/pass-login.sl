# A log-in is passed through; what follows goes by that connection, to that server, and nowhere else.
use passage
client c1 to 192.0.2.25:587 {
	hello
	send "EHLO c.test"; expect 250 lacks "AUTH"
	send "AUTH PLAIN AGFubgBzZWNyZXQ="; expect 538 "5.7.11"
	send "MAIL FROM:<a@client.test>"; expect 530
	starttls relay.test
	send "EHLO c.test"; expect 250 has "AUTH PLAIN LOGIN"
	send "MAIL FROM:<a@client.test>"; expect 530 "5.7.0"
	auth PLAIN ann secret; expect 235
	send "AUTH PLAIN AGFubgBzZWNyZXQ="; expect 503
	message a@anything.test x@far.test y@ours.test
	message a@anything.test z@far.test
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<a%b@ours.test>"; expect 250           # all is for the server behind us to say
	send "RSET"; expect 250
	send "QUIT"; expect 221; expect end
}
expect home got 2
expect home connections 1
expect other connections 0
expect home message 1 { login; to "x@far.test y@ours.test" }
expect log logged-in 1 { login = ann; mechanism = PLAIN; backend ~ "*192.0.2.30*" }
expect log proxied { login = ann; to = "z@far.test" }
client c2 to 192.0.2.25:587 {                            # what was heard of it: no -PLUS, no EXTERNAL
	hello; starttls relay.test
	send "EHLO c.test"; expect 250 has "AUTH PLAIN LOGIN" lacks "EXTERNAL" lacks "PLUS"
	send "AUTH EXTERNAL ="; expect 504 "5.5.4"
	send "AUTH SCRAM-SHA-256 biwsbj1hLHI9Yg=="; expect 504 "5.5.4"
	close
}
advance 10s
expect home sessions 0
server home { stop }
client c3 to 192.0.2.25:587 { hello; starttls relay.test; send "EHLO c.test"; expect 250 has "AUTH PLAIN LOGIN"; close }
