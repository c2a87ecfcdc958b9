# What was offered and is gone at MAIL is refused for now, with its own code; a pool that is down is told at RCPT.
use view
server one 192.0.2.31:25 { offer "8BITMIME" "SMTPUTF8" "DSN" "MT-PRIORITY" "SIZE 1000000" }
server two 192.0.2.32:25 { offer "8BITMIME" "SIZE 1000000" }
server three 192.0.2.33:25 { offer "8BITMIME" "SMTPUTF8" "DSN" "MT-PRIORITY" }
start
advance 1s
client c1 to 192.0.2.25:25 { hello }
server one { offer "PIPELINING" "SIZE 5000" }
server two { offer "PIPELINING" "SIZE 5000" }
advance 65s
client c1 {
	send "MAIL FROM:<a@client.test> BODY=8BITMIME"; expect 451 "4.6.3"
	send "MAIL FROM:<jörg@client.test> SMTPUTF8"; expect 451 "4.6.7"
	send "MAIL FROM:<a@client.test> RET=FULL"; expect 451 "4.3.3"
	send "MAIL FROM:<a@client.test> MT-PRIORITY=1"; expect 451 "4.3.3"
	send "MAIL FROM:<a@client.test> SIZE=6000"; expect 451 "4.3.4"
	send "MAIL FROM:<a@client.test> SIZE=4000"; expect 250
	send "RCPT TO:<b@ours.test> NOTIFY=NEVER"; expect 451 "4.3.3"
	send "RSET"; expect 250
	message a@client.test b@ours.test
}
expect log refused { command = "MAIL"; reply ~ "451 4.6.7*" }
expect log backend-lost 1 { why ~ "no host of pool takes requests for delivery reports*" }
server one { stop }
server two { stop }
advance 65s
client c1 {
	send "MAIL FROM:<a@client.test> BODY=8BITMIME"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 451 "4.4.1"
}
