# A client that is slow with its commands: its message is gathered here, and a backend is asked again when it is whole.
use slow
server home { forget; offer PIPELINING 8BITMIME; answer RCPT for "no@*" "550 5.1.1 unknown" }
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<b@ours.test>" "RCPT TO:<no@ours.test>"; expect 250; expect 550 "5.1.1"
	wait 2s; send "DATA"; expect 354; send "Subject: 1" "" "slow"; wait 2m
}
expect metric sluice_proxy_gathered_total 1
expect metric sluice_proxy_released_total 1
# The server is free meanwhile, and has been told nothing of it.
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 2" "" "quick" "."; expect 250 }
expect home connections 1
expect home got 1
client c1 { send "line" "."; expect 250 }
expect home message 2 { to "b@ours.test"; has "slow"; has "Subject: 1"; header Received "*" }
expect home connections 1
expect log proxied 1 { gathered = yes; released = 1; verdict = accepted; recipients = 1; backend ~ "*192.0.2.31*"; said ~ "250*" }
expect log proxied 1 { gathered absent; released = 0; verdict = accepted }
expect queue empty
# Once slow it is so in the next transaction as well, however soon its commands come; then no more.
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 3" "" "three" "."; expect 250 }
expect metric sluice_proxy_gathered_total 2
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 4" "" "four" "."; expect 250 }
expect metric sluice_proxy_gathered_total 2
expect home connections 1
# A wait between transactions tells nothing.
client c1 { wait 1m; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 5" "" "five" "."; expect 250 }
expect metric sluice_proxy_gathered_total 2
# Its answer to the message, and to DATA, is passed on as one to the message.
server home { answer content "554 5.7.1 spam" times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; data "Subject: 6\n\nsix\n"; expect 554 "5.7.1 spam" }
server home { answer DATA "554 5.7.1 no content today" times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; data "Subject: 7\n\nseven\n"; expect 554 "5.7.1 no content" }
expect home got 5
# A content that came slowly makes a client slow, too: the next one is gathered.
client c3 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 8" ""; wait 6s; send "eight" "."; expect 250
}
expect metric sluice_proxy_gathered_total 4
client c3 { send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 9" "" "nine" "."; expect 250 }
expect metric sluice_proxy_gathered_total 5
# Gone in the middle: nothing is left of it.
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "half"; close }
advance 1s
expect queue empty
expect home got 7
# A transaction without a message does not make a client quick, not several of them.
client c5 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250; wait 2s; send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RSET" "MAIL FROM:<a@client.test>" "RSET"; skip 4
	send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 10" "" "ten" "."; expect 250
}
expect metric sluice_proxy_gathered_total 7
client c5 { send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 10" "" "ten" "."; expect 250; close }
expect metric sluice_proxy_gathered_total 7
