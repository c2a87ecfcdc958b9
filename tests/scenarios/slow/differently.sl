# What was answered has to be answered again: otherwise the message gets 451, at its end or at the next command.
use slow
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>"; expect 250
	wait 2s; send "DATA"; expect 354; send "Subject: 1" "" "slow"
}
server home { answer RCPT for "b@*" "550 5.1.1 gone since" }
client c1 { send "."; expect 451 "4.4.2" }
expect log backend-lost { why = "said again, the envelope is answered differently" }
expect log proxied 1 { verdict = lost; gathered = yes; told ~ "451 4.4.2*" }
expect home got 0
# One that was refused and would be taken now is not said again: the client knows, and the others get the message.
client c1 {
	send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>" "RCPT TO:<c@ours.test>"; expect 550; expect 250
	wait 2s; send "DATA"; expect 354; send "Subject: 2" "" "slow"
}
server home { forget; offer PIPELINING CHUNKING 8BITMIME }
client c1 { send "."; expect 250 }
expect home got 1
expect home message 1 { to "c@ours.test" }
# The same within the envelope, and for MAIL.
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 10s }
server home { answer RCPT for "b@*" "450 4.2.0 later" }
client c1 { send "RCPT TO:<c@ours.test>"; expect 451 "4.4.2"; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250 }
server home { forget; offer PIPELINING CHUNKING 8BITMIME }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 10s }
server home { answer MAIL "550 5.7.1 not you" }
client c1 { send "RCPT TO:<c@ours.test>"; expect 451 "4.4.2"; send "RSET"; expect 250 }
server home { forget; offer PIPELINING CHUNKING 8BITMIME }
# Another no is none either.
server home { answer RCPT for "no@*" "550 5.1.1 unknown" }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "RCPT TO:<no@ours.test>"; expect 250; expect 250; expect 550; wait 10s }
server home { forget; offer PIPELINING CHUNKING 8BITMIME; answer RCPT for "no@*" "554 5.7.1 never" }
client c1 { send "RCPT TO:<c@ours.test>"; expect 250; data "Subject: 3\n\nthree\n"; expect 250 }
expect home got 2
expect home message 2 { to "b@ours.test c@ours.test" }
expect queue empty
