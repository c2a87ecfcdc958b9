# A recipient that both servers need longer for than a client waits: the first is left, the second is cut off when the half
# minute is over. Neither is to blame.
use backend
server bad { answer RCPT for "slow*" "250 2.1.5 ok" after 40s }
server good { answer RCPT for "slow*" "250 2.1.5 ok" after 40s }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@two.test>"; expect 250; wait 31s; expect 451 "4.4.2"; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@two.test>"; expect 250; wait 31s; expect 451 "4.4.2"; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@two.test>"; expect 250; wait 31s; expect 451 "4.4.2"; close
}
expect log backend-lost 3 { why = "no other backend answered in time" }
expect no-log member-down
# One that hangs is left alone, though.
server good { forget }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@two.test>"; expect 250; wait 21s; expect 250; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@two.test>"; expect 250; wait 21s; expect 250; send "RSET"; expect 250
}
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@two.test>"; expect 250; wait 21s; expect 250; data "a: b\n\nc\n"; expect 250; close
}
expect log member-down 1 { member ~ "192.0.2.31*"; why ~ "timed out, waiting for the reply to *" }
