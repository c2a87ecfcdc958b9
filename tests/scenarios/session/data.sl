# What looks like commands within content is content, whatever it says.
use secure
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	data """
		Subject: commands

		EHLO client.test
		HELO client.test
		MAIL FROM:<e@vil.test>
		RCPT TO:<x@elsewhere.test>
		DATA
		BDAT 10 LAST
		RSET
		NOOP
		VRFY b
		EXPN b
		HELP
		QUIT
		STARTTLS
		AUTH PLAIN
		XCLIENT ADDR=198.51.100.9
		XFORWARD ADDR=198.51.100.9
		ETRN ours.test
		FROBNICATE
	"""
	expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "DATA"; expect 354
	raw "Subject: bare\r\n\r\nMAIL FROM:<e@vil.test>\n.\nRSET\r\n.\r\n"; expect 550 "5.6.11"
	send "NOOP"; expect 250
	send "QUIT"; expect 221; expect end
}
advance 5s
expect queue empty
expect home got 1
expect home message 1 { has "\nMAIL FROM:<e@vil.test>\nRCPT TO:<x@elsewhere.test>\nDATA\nBDAT 10 LAST\nRSET\n" }
expect away got 0
