# A wrong password is counted by us as well, answered later and later, and then not at all; nobody is let in.
use passage
client c1 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	auth PLAIN ann wrong; expect 535 "5.7.8 no"
	send "MAIL FROM:<a@client.test>"; expect 530
	auth PLAIN ann secret; expect 235
	message a@client.test x@far.test
	send "QUIT"; expect 221; expect end
}
expect log login-failed 1 { login = ann; why ~ "refused by *" }
client c2 to 192.0.2.25:587 {
	hello; starttls relay.test; hello
	auth PLAIN ann wrong; expect 535
	auth PLAIN ann wrong; expect 535
	auth PLAIN ann wrong; expect 535
	auth PLAIN ann wrong; expect 535
	auth PLAIN ann wrong; expect 421 "4.7.0"; expect end
}
expect metric sluice_logins_failed_total = 6
advance 1s
expect home sessions 0
