# A backend that answers the message wrongly, or not at all: nobody knows what became of it, so it is never 250.
use backend

server one { forget; answer content silence }
server bad { forget; answer content silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content close }
server bad { forget; answer content close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content reset }
server bad { forget; answer content reset }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<reset@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<reset@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content "421 4.3.2 closing" }
server bad { forget; answer content "421 4.3.2 closing" }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.3.2"; close }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.3.2"; close }
advance 15m

server one { forget; answer content "421 4.3.2 closing" close }
server bad { forget; answer content "421 4.3.2 closing" close }
client bye-close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye-close@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.3.2"; close }
client bye-close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye-close@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.3.2"; close }
advance 15m

server one { forget; answer content "451 4.7.9 not now" }
server bad { forget; answer content "451 4.7.9 not now" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.7.9"; close }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.7.9"; close }
advance 15m

server one { forget; answer content "554 5.3.9 never" }
server bad { forget; answer content "554 5.3.9 never" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 554 "5.3.9"; close }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 554 "5.3.9"; close }
advance 15m

server one { forget; answer content "354 go on" }
server bad { forget; answer content "354 go on" }
client asks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<asks@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client asks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<asks@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content "who are you" }
server bad { forget; answer content "who are you" }
client nonsense to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<nonsense@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client nonsense to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<nonsense@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content "450-one\n451 two" }
server bad { forget; answer content "450-one\n451 two" }
client unlike to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<unlike@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client unlike to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<unlike@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content flood }
server bad { forget; answer content flood }
client flood to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<flood@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client flood to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<flood@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content long }
server bad { forget; answer content long }
client long to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<long@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client long to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<long@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; answer content "250 2.0.0 one\n250 2.0.0 two" }
server bad { forget; answer content "250 2.0.0 one\n250 2.0.0 two" }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0"; close }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 250 "2.0.0"; close }
advance 15m

expect good got 0
expect one got 1
expect bad got 1
expect queue empty
