# What looks like the end of data and is none: the commands behind it are text, and the message that holds
# them is refused.
use usual
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "x: y\r\n\r\na\n.\r\nMAIL FROM:<e@vil.test>\r\n.\r\n"; expect 550 "5.6.11"; send "NOOP"; expect 250 "2.0.0 OK"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "x: y\r\n\r\na\r\n.\nMAIL FROM:<e@vil.test>\r\n.\r\n"; expect 550 "5.6.11"; send "NOOP"; expect 250 "2.0.0 OK"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "x: y\r\n\r\na\n.\nMAIL FROM:<e@vil.test>\r\n.\r\n"; expect 550 "5.6.11"; send "NOOP"; expect 250 "2.0.0 OK"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "x: y\r\n\r\na\r\n.\rMAIL FROM:<e@vil.test>\r\n.\r\n"; expect 550; send "NOOP"; expect 250 "2.0.0 OK"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "x: y\r\n\r\na\r.\rMAIL FROM:<e@vil.test>\r\n.\r\n"; expect 550; send "NOOP"; expect 250 "2.0.0 OK"
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "x: y\r\n\r\na\r\n\0.\r\nMAIL FROM:<e@vil.test>\r\n.\r\n"; expect 550; send "NOOP"; expect 250 "2.0.0 OK"
	send "QUIT"; expect 221; expect end
}
expect queue empty
expect home got 0
