# A message in very many small chunks is a message; a client that sends none at all is shown out.
use usual
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>" "RCPT TO:<b@far.test>"; expect 250; expect 250
	raw "BDAT 8\r\na: b\r\n\r\n"; expect 250
	repeat 6000 "BDAT 3\r\nc\r\n"; skip 6000
	repeat 6000 "BDAT 3\r\nc\r\n"; skip 6000
	raw "BDAT 0 LAST\r\n"; expect 250 has "ueued"
	send "MAIL FROM:<a@ours.test>" "RCPT TO:<b@far.test>"; expect 250; expect 250
	repeat 9998 "BDAT 0\r\n"; skip 9998
	send "BDAT 0"; expect 421 "4.7.0"; expect end
}
expect away message 1 { bytes 24000 }
