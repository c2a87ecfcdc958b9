# A long message goes to a file of its own, and the disk does not take it: that stops nobody who passes through.
use keep
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354
	raw "Subject: passed\r\n\r\n"
}
disk fail write 1
client c1 {
	repeat 6000 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"
	raw ".\r\n"; expect 250
}
expect home got 1
expect log proxied 1 { verdict = accepted; kept = 0 }
# With a recipient that only the spool can take nobody gets it: the client sends all of it again.
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<c@others.test>"; expect 250; expect 250; expect 250
	send "DATA"; expect 354
	raw "Subject: refused\r\n\r\n"
}
disk fail write 1
client c1 {
	repeat 6000 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"
	raw ".\r\n"; expect 451 "4.3.0"
}
expect home got 1
expect queue empty
