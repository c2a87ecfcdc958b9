# No backend answers: the client is told to come again, and nothing is kept.
use proxy
server home { stop }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 451 "4.4.1"
	send "RCPT TO:<c@ours.test>"; expect 451 "4.4.1"
	send "NOOP"; expect 250
	close
}
expect queue empty
expect log backend-lost 1
