# Slow reading, of a message through the proxy: TCP makes the client wait, no time-out of ours runs, and what
# has been read fast before is not made up for.
use flow
client c1 to 192.0.2.25:28 from 203.0.113.1 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\n"
	repeat 100000 "x\r\n"
	raw ".\r\n"
	expect 250
	send "QUIT"; expect 221; expect end
}
expect home message 1 { bytes 200000; after 1160s; before 1200s }
expect metric paced_bytes_total >= 300000
client c2 to 192.0.2.25:28 from 192.0.2.77 { message a@client.test b@ours.test; send "QUIT"; expect 221; expect end }
