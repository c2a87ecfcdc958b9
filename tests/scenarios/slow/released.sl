# A client that says nothing in its transaction keeps no backend's session; its next command takes one again.
use slow
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 4s }
expect metric sluice_proxy_released_total 0
client c1 { wait 2s }
expect metric sluice_proxy_released_total 1
client c2 to 192.0.2.25:25 { hello; message a@client.test c@ours.test }
expect home connections 1
client c1 { send "RCPT TO:<d@ours.test>"; expect 250; wait 10s; send "RCPT TO:<e@ours.test>"; expect 250; wait 1m; send "DATA"; expect 354; send "Subject: 1" "" "one" "."; expect 250 }
expect home connections 1
expect home message 2 { to "b@ours.test d@ours.test e@ours.test" }
expect log proxied 1 { gathered = yes; released = 3; recipients = 3; verdict = accepted }
# What the server says to the new recipients is passed on.
server home { answer RCPT for "no@*" "550 5.1.1 unknown" }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 10s; send "RCPT TO:<no@ours.test>"; expect 550 "5.1.1 unknown"; send "RSET"; expect 250 }
# Sooner where others wait for one: then a second of silence is enough.
client q1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
client q2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
client q3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250 }
client q4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; close }
client q1 { data "Subject: 2\n\ntwo\n"; expect 250; close }
client q2 { close }
client q3 { close }
# None is there any more.
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 10s }
server home { stop }
client c1 { send "RCPT TO:<c@ours.test>"; expect 451 "4.4.2"; send "RSET"; expect 250 }
expect home got 3
expect queue empty
