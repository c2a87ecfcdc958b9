# Three connections of one address with all places, kept busy by words that no server hears: they are silence.
use slow
client e1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
client e2 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
client e3 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
client g to 192.0.2.25:25 from 198.51.100.9 { hello; send "MAIL FROM:<g@client.test>" "RCPT TO:<g@ours.test>" }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client g { expect 250; expect 250; data "Subject: g\n\ng\n"; expect 250 }
expect home got 1
# Nobody waits: given back all the same, when the time for it has come; one was before, and that of the quick client
# when he was slow.
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
client e1 { send "NOOP"; expect 250 }
client e2 { send "VRFY b"; expect 252 }
client e3 { send "RCPT TO:<b@elsewhere.test>"; expect 550 }
advance 700ms
expect metric sluice_proxy_released_total 4
# Who was left so often that it is not done any more has a place as long as nobody waits.
client e1 {
	wait 6s; send "RCPT TO:<r1@ours.test>"; expect 250; wait 6s; send "RCPT TO:<r2@ours.test>"; expect 250; wait 6s; send "RCPT TO:<r3@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r4@ours.test>"; expect 250; wait 6s; send "RCPT TO:<r5@ours.test>"; expect 250; wait 6s; send "RCPT TO:<r6@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r7@ours.test>"; expect 250; wait 6s; send "RCPT TO:<r8@ours.test>"; expect 250; wait 6s; send "NOOP"; expect 250
}
expect metric sluice_proxy_release_limit_total 1
client e2 { send "RCPT TO:<r@ours.test>"; expect 250; send "DATA"; expect 354; send "Subject: 2" "" "half" }
client g1 to 192.0.2.25:25 from 198.51.100.11 { hello; send "MAIL FROM:<g@client.test>" "RCPT TO:<g@ours.test>"; expect 250; expect 250; wait 500ms }
client g2 to 192.0.2.25:25 from 198.51.100.12 { hello; send "MAIL FROM:<g@client.test>" "RCPT TO:<g@ours.test>"; expect 250; expect 250 }
client g3 to 192.0.2.25:25 from 198.51.100.13 { hello; message a@client.test h@ours.test }
client e1 { send "RCPT TO:<r9@ours.test>"; expect 451 "4.3.2"; send "DATA"; expect 451 "4.3.2" }
