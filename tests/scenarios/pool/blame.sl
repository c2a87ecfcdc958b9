# What a client asks for, and every member ends the session over, is no member's fault: one client cannot take the
# members down.
use pool
# After so many strangers a server has had enough, each in its turn.
server one { answer RCPT for "no*" "550 5.1.1 unknown"; answer RCPT for "last*" "421 4.7.0 too many errors" }
server two { answer RCPT for "no*" "550 5.1.1 unknown"; answer RCPT for "last*" "421 4.7.0 too many errors" }
server three { answer RCPT for "no*" "550 5.1.1 unknown"; answer RCPT for "last*" "421 4.7.0 too many errors" }
client evil to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<last@ours.test>"; expect 250; expect 550; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<last@ours.test>"; expect 250; expect 550; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<last@ours.test>"; expect 250; expect 550; expect 451; send "RSET"; expect 250
}
expect log backend-lost 9 { why ~ "*421 4.7.0 too many errors" }
# Nobody was refused before.
client evil {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<last@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<last@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<last@ours.test>"; expect 250; expect 451; send "RSET"; expect 250
}
expect log backend-lost 18 { why ~ "*421 4.7.0 too many errors" }
expect no-log member-down
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; close }
expect one got 1

# A recipient that takes all of them longer than a client waits.
server one { forget; answer RCPT for "slow*" "250 2.1.5 ok" after 40s }
server two { forget; answer RCPT for "slow*" "250 2.1.5 ok" after 40s }
server three { forget; answer RCPT for "slow*" "250 2.1.5 ok" after 40s }
client slow to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@ours.test>"; expect 250; wait 31s; expect 451 "4.4.2"; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@ours.test>"; expect 250; wait 31s; expect 451 "4.4.2"; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<slow@ours.test>"; expect 250; wait 31s; expect 451 "4.4.2"; close
}
expect no-log member-down

# Two of them hang up behind their no, which says nothing about what else they do: the third keeps its share only.
server one { forget; answer RCPT for "no*" "550 5.7.1 go away" close }
server two { forget; answer RCPT for "no*" "550 5.7.1 go away" close }
server three { forget }
client drop to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<no2@ours.test>"; expect 250; expect 550; skip 1; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<no2@ours.test>"; expect 250; expect 550; skip 1; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<no2@ours.test>"; expect 250; expect 550; skip 1; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<no1@ours.test>" "RCPT TO:<no2@ours.test>"; expect 250; expect 550; skip 1; close
}
expect no-log member-down
