# What a server has said stands, though it hangs up right behind it: only who has no answer yet is asked about elsewhere.
use pool
server one { offer PIPELINING; answer RCPT for "trap@*" "550 5.7.1 go away"; answer RCPT for "b@*" close }
server two { offer PIPELINING }
server three { offer PIPELINING }
server one { script { send "220 hop ESMTP"; expect EHLO; send "250-hop" "250 PIPELINING"; expect MAIL; send "554 5.7.1 blocked"; expect RCPT; close } }
# No to MAIL, with a recipient in the same breath: nobody else is asked.
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<spam@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 554 "5.7.1 blocked"; send "RSET"; expect 250 }
expect log proxied 1 { verdict = rejected; said = "554 5.7.1 blocked"; told = "554 5.7.1 blocked"; backend ~ "*192.0.2.31*" }
expect no-log backend-lost
expect two connections 0
expect three connections 0
# Refused there, and the next one is taken by its neighbour, which hears of nobody else.
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<trap@ours.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 550 "5.7.1 go away"; expect 250
	data "Subject: 1\n\none\n"; expect 250; close
}
expect log backend-lost 1 { mail ~ "another backend is asked*" }
expect two got 1
expect two rcpts 1
expect two message 1 { to "b@ours.test" }
# Taken and refused, then too many errors: the one is said again unseen, the others not, and who is left goes on.
server one { forget; offer PIPELINING; answer RCPT for "x*" "550 5.1.1 unknown"; answer RCPT for "last@*" "421 4.7.0 too many errors" close }
server two { stop }
server three { stop }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<good@ours.test>"; expect 250 }
server two { start; answer RCPT for "last@*" "250 2.1.5 no errors here" }
client c2 {
	send "RCPT TO:<x1@ours.test>" "RCPT TO:<x2@ours.test>" "RCPT TO:<last@ours.test>"; expect 550 "5.1.1 unknown"; expect 550; expect 250 "2.1.5 no errors here"
	data "Subject: 2\n\ntwo\n"; expect 250
}
expect two got 2
expect two rcpts 3
expect two message 2 { to "good@ours.test last@ours.test" }
# All are lost: only who has no answer hears that, and the message is for another time.
server two { answer RCPT for "x*" "550 5.1.1 unknown"; answer RCPT for "last@*" "421 4.7.0 too many errors" close }
client c2 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<good@ours.test>" "RCPT TO:<x1@ours.test>" "RCPT TO:<x2@ours.test>" "RCPT TO:<last@ours.test>"
	expect 250; expect 250; expect 550 "5.1.1 unknown"; expect 550; expect 451 "4.3.2"
	send "DATA"; expect 451; close
}
