# Commands that are spelt wrongly, and parameters nobody offered.
use usual
client c1 to 192.0.2.25:25 {
	expect 220
	send "EHLO"; expect 501
	send "EHLO client.test"; expect 250
	send "MAIL FROM:a@b"; expect 501
	send "MAIL FROM:<a@b.test> FOO=1"; expect 555
	send "MAIL FROM:<a@b.test> SIZE=x"; expect 501
	send "MAIL"; expect 501
	send "MAIL FROM:<a@b.test>"; expect 250
	send "RCPT TO:b@ours.test"; expect 501
	send "RCPT TO:<>"; expect 501
	send "RCPT TO:<b@ours.test> FOO"; expect 555
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA now"; expect 501
	send "RSET now"; expect 501
	send "QUIT"; expect 221; expect end
}
