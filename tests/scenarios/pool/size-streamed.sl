# A message that turns out to be larger than the servers take is refused here while it streams, by DATA and by chunks, and
# nothing of it is sent to its end.
use view
server one 192.0.2.31:25 { offer "SIZE 100000" }
server two 192.0.2.32:25 { offer CHUNKING "SIZE 100000" }
server three 192.0.2.33:25 { offer "SIZE 3000000" }
start
advance 1s
client c1 to 192.0.2.25:25 {
	expect 220; send "EHLO c.test"; expect 250 has "SIZE 97952"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: too much\r\n\r\n"
	repeat 990 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 552 "5.3.4"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "BDAT 99000"; expect 250; expect 250
	repeat 990 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	expect 552 "5.3.4"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: not too much\r\n\r\n"
	repeat 970 "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"
	send "."; expect 250
	send "QUIT"; expect 221; expect end
}
expect one got 1
expect two got 0
expect three got 0
