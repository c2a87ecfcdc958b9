# A backend that answers DATA wrongly, or not at all, 250 included: the envelope is said again to another one.
use backend

server one { forget; answer DATA silence }
server bad { forget; answer DATA silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client silence to 192.0.2.25:25 { message a@client.test silence@two.test; close }
advance 15m

server one { forget; answer DATA close }
server bad { forget; answer DATA close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client close to 192.0.2.25:25 { message a@client.test close@two.test; close }
advance 15m

server one { forget; answer DATA reset }
server bad { forget; answer DATA reset }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<reset@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client reset to 192.0.2.25:25 { message a@client.test reset@two.test; close }
advance 15m

server one { forget; answer DATA "421 4.3.2 closing" }
server bad { forget; answer DATA "421 4.3.2 closing" }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.3.2"; send "RSET"; expect 250; close }
client bye to 192.0.2.25:25 { message a@client.test bye@two.test; close }
advance 15m

server one { forget; answer DATA "421 4.3.2 closing" close }
server bad { forget; answer DATA "421 4.3.2 closing" close }
client bye-close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye-close@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.3.2"; send "RSET"; expect 250; close }
client bye-close to 192.0.2.25:25 { message a@client.test bye-close@two.test; close }
advance 15m

server one { forget; answer DATA "451 4.7.9 not now" }
server bad { forget; answer DATA "451 4.7.9 not now" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.7.9"; send "RSET"; expect 250; close }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@two.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.7.9"; send "RSET"; expect 250; close }
advance 15m

server one { forget; answer DATA "554 5.3.9 never" }
server bad { forget; answer DATA "554 5.3.9 never" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>"; expect 250; expect 250; send "DATA"; expect 554 "5.3.9"; send "RSET"; expect 250; close }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@two.test>"; expect 250; expect 250; send "DATA"; expect 554 "5.3.9"; send "RSET"; expect 250; close }
advance 15m

server one { forget; answer DATA "334 go on" }
server bad { forget; answer DATA "334 go on" }
client asks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<asks@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client asks to 192.0.2.25:25 { message a@client.test asks@two.test; close }
advance 15m

server one { forget; answer DATA "250 2.9.9 sure" }
server bad { forget; answer DATA "250 2.9.9 sure" }
client sure to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<sure@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client sure to 192.0.2.25:25 { message a@client.test sure@two.test; close }
advance 15m

server one { forget; answer DATA "who are you" }
server bad { forget; answer DATA "who are you" }
client nonsense to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<nonsense@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client nonsense to 192.0.2.25:25 { message a@client.test nonsense@two.test; close }
advance 15m

server one { forget; answer DATA "250-one\n251 two" }
server bad { forget; answer DATA "250-one\n251 two" }
client unlike to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<unlike@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client unlike to 192.0.2.25:25 { message a@client.test unlike@two.test; close }
advance 15m

server one { forget; answer DATA flood }
server bad { forget; answer DATA flood }
client flood to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<flood@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client flood to 192.0.2.25:25 { message a@client.test flood@two.test; close }
advance 15m

server one { forget; answer DATA long }
server bad { forget; answer DATA long }
client long to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<long@one.test>"; expect 250; expect 250; send "DATA"; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client long to 192.0.2.25:25 { message a@client.test long@two.test; close }
advance 15m

server one { forget; answer DATA "354 one\n354 two" }
server bad { forget; answer DATA "354 one\n354 two" }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@one.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@two.test>"; expect 250; expect 250; send "DATA"; expect 354; send "a: b" "" "c" "."; expect 451 "4.4.2"; close }
advance 15m

expect good got 11
expect one got 0
expect bad got 0
expect queue empty
