# A transaction goes to a member that has what it needs, whatever the order; its parameters arrive there.
use view
server one 192.0.2.31:25 { offer "PIPELINING" "SIZE 100000" }
server two 192.0.2.32:25 { offer "8BITMIME" "SMTPUTF8" "DSN" "SIZE 1000000" "MT-PRIORITY" }
server three 192.0.2.33:25 { offer "8BITMIME" "SMTPUTF8" "DSN" "MT-PRIORITY" }
start
advance 1s
client c1 to 192.0.2.25:25 {
	hello
	message a@client.test b@ours.test
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<c@ours.test>"; expect 250
	send "RCPT TO:<d@ours.test> NOTIFY=NEVER"; expect 452 "4.5.3"
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test> BODY=8BITMIME SIZE=90000"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250
	send "RSET"; expect 250
	send "MAIL FROM:<jörg@client.test> SMTPUTF8"; expect 250
	send "RCPT TO:<jürgen@ours.test>"; expect 250
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test> RET=HDRS ENVID=abc MT-PRIORITY=3"; expect 250
	send "RCPT TO:<b@ours.test> NOTIFY=SUCCESS ORCPT=rfc822;b@ours.test"; expect 250
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<d@ours.test> NOTIFY=NEVER"; expect 250
}
expect one rcpts 2
expect two rcpts 4
