# A backend that answers before it is asked. Whatever it meant, no answer of it is taken for the one to the message.
use backend
server one { script { send "220 hop" "250 hop"; wait 10m } }
client hello to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>"; expect 250; expect 250; send "RSET"; expect 250; close }
advance 15m
server one { script {
	send "220 hop"; expect EHLO; send "250 hop"; expect MAIL; send "250 2.1.0 ok" "250 2.1.5 ok"
	expect end
} }
client rcpt to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>"; expect 250; expect 250; wait 500ms
	send "DATA"; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0 taken"; close
}
expect one got 1
advance 15m
server one { script {
	send "220 hop"; expect EHLO; send "250-hop" "250 PIPELINING"; expect MAIL; send "250 2.1.0 ok" "250 2.1.5 ok" "354 go on"; expect RCPT; wait 10m
} }
client data to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>"; expect 250; expect 250; wait 500ms
	send "DATA"; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0 taken"; close
}
expect one got 2
advance 15m
server one { script {
	send "220 hop"; expect EHLO; send "250 hop"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go on" "250 2.0.0 have it"; wait 10m
} }
client dot to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "a: b" "" "c" ; wait 1s; send "."; expect 451 "4.4.2"; close
}
advance 15m
server one { script {
	send "220 hop"; expect EHLO; send "250 hop"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go on" "552 5.3.4 too much"; wait 10m
} }
client no to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "a: b" "" "c" ; wait 1s; send "."; expect 552 "5.3.4 too much"; close
}
advance 15m
server one { script {
	send "220 hop"; expect EHLO; send "250-hop" "250 PIPELINING"; expect MAIL; expect RCPT; expect RCPT; send "250 ok" "250 2.1.5 one"; wait 10m
} }
client few to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>" "RCPT TO:<c@one.test>"; expect 250; expect 250; expect 250
	send "RSET"; expect 250; close
}
expect log backend-lost { why ~ "timed out, waiting for the reply to RCPT" }
expect one got 2
