# An internationalised local part and no host that takes it: returned with 5.6.7; who needs nothing of it is
# delivered.
use usual
server home { offer "8BITMIME" "SMTPUTF8" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test> SMTPUTF8"; expect 250
	send "RCPT TO:<ü@far.test>"; expect 250
	send "RCPT TO:<y@ours.test>"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect away got 0
expect home got 2
expect log bounced { status = "5.6.7"; report ~ "failure*" }
