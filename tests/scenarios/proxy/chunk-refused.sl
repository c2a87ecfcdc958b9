# The server behind refuses DATA. By BDAT the client hears that instead of an answer to its chunk: the message has
# failed (RFC 3030 section 2), chunks that are on their way belong to nothing, and another message may follow.
use backend
server one { offer PIPELINING; answer DATA "451 4.3.0 no" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@one.test>"; expect 250
	raw "BDAT 6\r\na: b\r\nBDAT 6 LAST\r\nc: d\r\n"; expect 451 "4.3.0"; expect 503 "5.5.1"
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@one.test>"; expect 250
	raw "BDAT 6 LAST\r\na: b\r\n"; expect 451 "4.3.0"
}
server one { forget }
client c1 {
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@one.test>"; expect 250
	raw "BDAT 6 LAST\r\na: b\r\n"; expect 250
	send "QUIT"; expect 221; expect end
}
expect one got 1
