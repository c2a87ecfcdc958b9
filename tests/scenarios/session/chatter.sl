# Ten thousand commands without a message are enough, transactions that have none included.
use usual
client c1 to 192.0.2.25:25 {
	hello
	repeat 9999 "NOOP\r\n"
	skip 9998
	expect 250
	send "NOOP"; expect 421 "4.7.0"; expect end
}
client c2 to 192.0.2.25:25 {
	hello
	repeat 900 "MAIL FROM:<a@client.test>\r\nRCPT TO:<b@ours.test>\r\nRSET\r\n"; skip 2700
	repeat 900 "MAIL FROM:<a@client.test>\r\nRCPT TO:<b@ours.test>\r\nRSET\r\n"; skip 2700
	repeat 900 "MAIL FROM:<a@client.test>\r\nRCPT TO:<b@ours.test>\r\nRSET\r\n"; skip 2700
	repeat 633 "MAIL FROM:<a@client.test>\r\nRCPT TO:<b@ours.test>\r\nRSET\r\n"; skip 1899
	send "NOOP"; expect 421 "4.7.0"; expect end
}
# A message is a new beginning; chunks that are thrown away are none.
client c3 to 192.0.2.25:2525 {
	hello
	repeat 5000 "NOOP\r\n"; skip 5000
	message a@ours.test b@far.test
	repeat 6000 "NOOP\r\n"; skip 6000
	repeat 666 "MAIL FROM:<a@ours.test>\r\nRCPT TO:<b@far.test>\r\nBDAT 1\r\nxRSET\r\n"; skip 2664
	repeat 666 "MAIL FROM:<a@ours.test>\r\nRCPT TO:<b@far.test>\r\nBDAT 1\r\nxRSET\r\n"; skip 2664
	send "NOOP" "NOOP" "NOOP" "NOOP"; expect 250; expect 250; expect 250; expect 250
	send "NOOP"; expect 421 "4.7.0"; expect end
}
