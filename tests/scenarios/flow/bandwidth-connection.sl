# Limits of a connection: it is read as fast as it may send, whatever it sends, and each connection for itself. Our
# own time-outs stand still meanwhile. A burst comes at once.
use bandwidth
client c1 to 192.0.2.25:25 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: one\r\n\r\n"; repeat 10000 "xxxxxxxx\r\n"; raw ".\r\n"; expect 250; close
}
advance 1s
expect home message 1 { after 24s; before 27s }
expect metric paced_bytes_total >= 100000
client c2 to 192.0.2.25:28 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: two\r\n\r\n"; repeat 10000 "xxxxxxxx\r\n"; raw ".\r\n"; expect 250; close
}
advance 1s
expect home message 2 { header "Subject" "two"; before 30s }
