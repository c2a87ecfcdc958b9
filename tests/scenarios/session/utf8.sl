# Addresses beyond ASCII need SMTPUTF8 (RFC 6531).
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<ä@b.test>"; expect 550 "5.6.7"
	send "MAIL FROM:<a@b.test>"; expect 250
	send "RCPT TO:<ö@ours.test>"; expect 553 "5.6.7"
	send "RSET"; expect 250
	send "MAIL FROM:<ä@b.test> SMTPUTF8"; expect 250
	send "RCPT TO:<ö@ours.test>"; expect 250
	send "QUIT"; expect 221; expect end
}
