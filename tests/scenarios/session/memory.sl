# Sessions hold no more than a worker has for them: 452 4.3.1, and all is well when they have ended.
use usual
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
memory 900
client c1 {
	repeat 15 "RCPT TO:<a-recipient-with-a-longer-name@ours.test>\r\n"
	skip 14
	expect 452 "4.3.1"
	send "DATA"; expect 354
	raw "Subject: x\r\n.\r\n"; expect 452 "4.3.1"
}
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
memory 100
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 452 "4.3.1 Too much mail arrives at once"; close }
client c2 { close }
memory 1000000
client c1 { message a@client.test b@ours.test }
advance 5s
expect queue empty
expect home got 1
