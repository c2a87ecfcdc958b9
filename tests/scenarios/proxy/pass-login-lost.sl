# A lost connection is a lost log-in; a server that cannot be reached is nobody's fault.
use passage
client c1 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	auth PLAIN ann secret; expect 235
	message a@client.test x@far.test
}
server home { stop }
client c1 {
	wait 1s; send "MAIL FROM:<a@client.test>"; expect 421 "4.4.2"; expect end
}
client c2 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	auth PLAIN ann secret; expect 454 "4.7.0"
	send "MAIL FROM:<a@client.test>"; expect 530
	close
}
server home { start }
client c3 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	auth PLAIN ann secret; expect 235
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
}
server home { reset }
client c3 { send "DATA"; expect 451 "4.4.2"; send "MAIL FROM:<a@client.test>"; expect 503; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 421; expect end }
expect home got 1
