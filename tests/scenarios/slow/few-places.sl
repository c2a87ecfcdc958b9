# One connection to the server: who is quick with his commands and stops in his first content does not keep it from others.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" }, still: { for: mx, service: proxy, address: "192.0.2.25:26", slow-after: 0s } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 1, waiting-timeout: 1s } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME }
client c1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 1" "" "half" }
client c2 to 192.0.2.25:25 from 198.51.100.2 { hello; message a@client.test c@ours.test }
expect metric sluice_proxy_gathered_total 2
expect metric sluice_proxy_released_total 1
client c1 { send "whole" "."; expect 250 }
expect home message 1 { to "c@ours.test" }
expect home message 2 { to "b@ours.test"; body "half\nwhole\n" }
expect log proxied 1 { to = "b@ours.test"; gathered = yes; released = 1; verdict = accepted }
# He who is quick with his content too is asked for once.
expect log proxied 1 { to = "c@ours.test"; gathered = yes; released = 0; verdict = accepted }
expect home rcpts 3
# DATA that comes with the recipients is not passed on with them then.
client c3 to 192.0.2.25:25 from 198.51.100.3 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; wait 900ms; send "Subject: 3" "" "three" "."; expect 250
}
expect metric sluice_proxy_released_total 1
client c3 { send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>" "DATA"; expect 250; expect 250; expect 354; wait 1100ms }
expect metric sluice_proxy_released_total 2
client c3 { send "Subject: 4" "" "four" "."; expect 250 }
# Drop by drop, from the first on: the same.
client c4 to 192.0.2.25:25 from 198.51.100.4 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<e@ours.test>" "DATA"; expect 250; expect 250; expect 354
	send "Subject: 5"; wait 50ms; send ""; wait 50ms; send "five"; wait 50ms; send "five"; wait 300ms; send "five"; wait 300ms; send "five"; wait 300ms; send "five"
}
expect metric sluice_proxy_released_total 3
client c4 { send "."; expect 250 }
# Lost while it is in hand: another one is told all of it.
client c5 to 192.0.2.25:25 from 198.51.100.5 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<f@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 6" "" "six" }
server home { reset }
client c5 { send "."; expect 250 }
expect log backend-lost 1
expect home connections 2
# Its no to DATA comes after the content.
server home { answer DATA "452 4.3.1 full" times 1 }
client c5 { send "MAIL FROM:<a@client.test>" "RCPT TO:<f@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: 7" "" "seven" "."; expect 452 "4.3.1 full" }
# We refuse it ourselves, or he goes away: nothing is left of it.
client c5 { send "MAIL FROM:<a@client.test>" "RCPT TO:<f@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "half"; close }
advance 1s
# Where nobody is to count as slow the message is passed on as it comes.
client c6 to 192.0.2.25:26 from 198.51.100.6 { hello; message a@client.test g@ours.test }
expect log proxied 1 { to = "g@ours.test"; gathered absent; verdict = accepted }
expect home got 7
expect home sessions-most <= 1
expect queue empty
