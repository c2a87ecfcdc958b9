# Chunks of a slow client are gathered as a content by DATA is, and so is what comes by BDAT for a server that wants DATA.
use slow
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s
	chunk "Subject: 1\n\none\n"; expect 250; wait 1m
}
expect metric sluice_proxy_gathered_total 1
expect metric sluice_proxy_released_total 1
client c1 { chunk "two\n"; expect 250; wait 2m; chunk ".\nthree\n" last; expect 250 }
expect home message 1 { to "b@ours.test"; body "one\ntwo\n.\nthree\n" }
expect log proxied 1 { gathered = yes; released = 1; verdict = accepted }
# Given up between two chunks: nobody has heard of it, and nothing is left.
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s
	chunk "Subject: 2\n\ntwo\n"; expect 250; send "RSET"; expect 250
}
# For a quick client the server has the first chunk already; then no command may come between, and none does.
client c2 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	chunk "Subject: 3\n\none\n"; expect 250; wait 1m; chunk "two\n" last; expect 250
}
expect log proxied 1 { gathered absent; released = 0; verdict = accepted }
server home { forget; offer PIPELINING 8BITMIME }
client c3 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s
	chunk "Subject: 4\n\n.one\n"; expect 250; wait 1m; chunk ".\ntwo\n" last; expect 250
}
expect home message 3 { body ".one\n.\ntwo\n" }
expect home got 3
expect queue empty
