# What a backend does while its connection is kept touches nobody: the next message goes by another one.
use backend
server one { script {
	send "220 hop"; expect EHLO; send "250 hop"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; content; send "250 2.0.0 first"
	wait 1s; send "421 4.4.2 idle"; wait 10m
} }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0 first"
	wait 2s
	message a@client.test b@one.test
}
expect one got 1
advance 1m
server one { script {
	send "220 hop"; expect EHLO; send "250 hop"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; content; send "250 2.0.0 second"
	wait 1s; close
} }
client c2 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0 second"
	wait 2s
	message a@client.test b@one.test
}
expect one got 2
advance 1m
server one { script {
	send "220 hop"; expect EHLO; send "250 hop"; expect MAIL; send "250 ok"; expect RCPT; send "250 ok"; expect DATA; send "354 go"; content; send "250 2.0.0 third" "250 2.0.0 and more" "250 2.0.0 and more"
	wait 10m
} }
client c3 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0 third"
	wait 2s
	message a@client.test b@one.test
}
expect one got 3
expect no-log member-down
expect no-log backend-lost
