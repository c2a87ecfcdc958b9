# The same where the content goes by BDAT, in and out: the reply to the last chunk is the reply to the message.
use backend

server one { forget; offer PIPELINING CHUNKING; answer content silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content reset }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<reset@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "421 4.3.2 closing" }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.3.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "421 4.3.2 closing" close }
client bye-close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye-close@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.3.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "451 4.7.9 not now" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.7.9"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "554 5.3.9 never" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 554 "5.3.9"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "354 go on" }
client asks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<asks@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "who are you" }
client nonsense to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<nonsense@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "450-one\n451 two" }
client unlike to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<unlike@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content flood }
client flood to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<flood@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content long }
client long to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<long@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer content "250 2.0.0 one\n250 2.0.0 two" }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@one.test>"; expect 250; expect 250; chunk "a: b\n\n"; expect 250; chunk "c\n" last; expect 250 "2.0.0"; close }
advance 15m

expect one got 1
expect queue empty
