# A backend that answers EHLO wrongly, or not at all; that it does not want our EHLO is a matter for a person.
use backend

server one { forget; answer EHLO silence }
server bad { forget; answer EHLO silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client silence to 192.0.2.25:25 { message a@client.test silence@two.test; close }
advance 15m

server one { forget; answer EHLO close }
server bad { forget; answer EHLO close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client close to 192.0.2.25:25 { message a@client.test close@two.test; close }
advance 15m

server one { forget; answer EHLO reset }
server bad { forget; answer EHLO reset }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<reset@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client reset to 192.0.2.25:25 { message a@client.test reset@two.test; close }
advance 15m

server one { forget; answer EHLO "421 4.3.2 closing" }
server bad { forget; answer EHLO "421 4.3.2 closing" }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client bye to 192.0.2.25:25 { message a@client.test bye@two.test; close }
advance 15m

server one { forget; answer EHLO "421 4.3.2 closing" close }
server bad { forget; answer EHLO "421 4.3.2 closing" close }
client bye-close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye-close@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client bye-close to 192.0.2.25:25 { message a@client.test bye-close@two.test; close }
advance 15m

server one { forget; answer EHLO "451 4.7.9 not now" }
server bad { forget; answer EHLO "451 4.7.9 not now" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client later to 192.0.2.25:25 { message a@client.test later@two.test; close }
advance 15m

server one { forget; answer EHLO "554 5.3.9 never" }
server bad { forget; answer EHLO "554 5.3.9 never" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>"; expect 250; expect 451 "4.3.5"; send "RSET"; expect 250; close }
client never to 192.0.2.25:25 { message a@client.test never@two.test; close }
advance 15m

server one { forget; answer EHLO "354 go on" }
server bad { forget; answer EHLO "354 go on" }
client asks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<asks@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client asks to 192.0.2.25:25 { message a@client.test asks@two.test; close }
advance 15m

server one { forget; answer EHLO "who are you" }
server bad { forget; answer EHLO "who are you" }
client nonsense to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<nonsense@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client nonsense to 192.0.2.25:25 { message a@client.test nonsense@two.test; close }
advance 15m

server one { forget; answer EHLO "250-one\n251 two" }
server bad { forget; answer EHLO "250-one\n251 two" }
client unlike to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<unlike@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client unlike to 192.0.2.25:25 { message a@client.test unlike@two.test; close }
advance 15m

server one { forget; answer EHLO flood }
server bad { forget; answer EHLO flood }
client flood to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<flood@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client flood to 192.0.2.25:25 { message a@client.test flood@two.test; close }
advance 15m

server one { forget; answer EHLO long }
server bad { forget; answer EHLO long }
client long to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<long@one.test>"; expect 250; expect 451 "4.4.1"; send "RSET"; expect 250; close }
client long to 192.0.2.25:25 { message a@client.test long@two.test; close }
advance 15m

server one { forget; answer EHLO "250-8BITMIME\n250 one\n250 two" }
server bad { forget; answer EHLO "250-8BITMIME\n250 one\n250 two" }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@one.test>"; expect 250; expect 451 "4.4.2"; send "RSET"; expect 250; close }
client twice to 192.0.2.25:25 { message a@client.test twice@two.test; close }
advance 15m

expect good got 13
expect one got 0
expect bad got 0
expect queue empty
