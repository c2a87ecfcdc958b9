# A stranger's foreign recipients are refused, in every disguise of the worst ones; what is ours is taken.
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<x@elsewhere.test>"; expect 550 "5.7.1"
	send "RCPT TO:<x%elsewhere.test@ours.test>"; expect 550 "5.7.1"
	send "RCPT TO:<elsewhere.test!x@ours.test>"; expect 550 "5.7.1"
	send "RCPT TO:<\"x@elsewhere.test\"@ours.test>"; expect 550 "5.7.1"
	send "RCPT TO:<x@sub.ours.test>"; expect 550 "5.7.1"
	send "RCPT TO:<x@[192.0.2.31]>"; expect 550 "5.7.1"
	send "RCPT TO:<@ours.test:x@elsewhere.test>"; expect 550 "5.7.1"
	send "DATA"; expect 503
	send "RCPT TO:<@elsewhere.test:b@ours.test>"; expect 250
	send "QUIT"; expect 221; expect end
}
expect away connections 0
expect log refused 7 { command = RCPT; reply ~ "550 5.7.1*" }
expect metric recipients_refused_total 7
