# A keyword is offered when every pool has a member with it; limits are the smallest; who is down has no say.
use view
server one 192.0.2.31:25 { offer "PIPELINING" "8BITMIME" "SMTPUTF8" "DSN" "SIZE 2000000" "LIMITS MAILMAX=20 RCPTMAX=500" "MT-PRIORITY" }
server two 192.0.2.32:25 { offer "8BITMIME" "SIZE 1000000" }
server three 192.0.2.33:25 { offer "8BITMIME" "DSN" "SIZE 3000000" "LIMITS RCPTMAX=100" "MT-PRIORITY" }
start
advance 1s
client c1 to 192.0.2.25:25 {
	expect 220; send "EHLO c.test"; expect 250 has "8BITMIME" has "DSN" has "MT-PRIORITY" has "SIZE 997952" has "LIMITS MAILMAX=20 RCPTMAX=100" lacks "SMTPUTF8"
}
server three { offer "8BITMIME" "SMTPUTF8" "DSN" "SIZE" }
server two { stop }
advance 70s
client c2 to 192.0.2.25:25 {
	expect 220; send "EHLO c.test"; expect 250 has "8BITMIME" has "DSN" has "SMTPUTF8" has "SIZE 1997952" lacks "MT-PRIORITY"
}
server three { offer "PIPELINING" }
advance 70s
client c3 to 192.0.2.25:25 { expect 220; send "EHLO c.test"; expect 250 lacks "8BITMIME" lacks "SMTPUTF8" lacks "DSN" }
