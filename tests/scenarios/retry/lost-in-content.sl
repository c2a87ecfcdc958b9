# The connection breaks in the middle of the content: no doubt, tried again.
use usual
break 192.0.2.31:25 reset 4000
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test>"; expect 250
	send "DATA"; expect 354
	repeat 10000 "a line of text that is a line of text\r\n"
	send "."; expect 250
}
advance 10s
expect queue { rcpt x@far.test waiting attempts 1 }
expect metric recipients_in_doubt_total 0
advance 2m
expect queue empty
expect away got 1
