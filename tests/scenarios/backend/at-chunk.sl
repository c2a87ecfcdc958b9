# A backend that answers a chunk in the middle wrongly, or not at all. Nothing was ended, so nothing is in doubt there;
# the client is told with its last chunk, or its dot.
use backend

server one { forget; offer PIPELINING CHUNKING; answer BDAT silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<silence@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<close@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT reset }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<reset@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "421 4.3.2 closing" }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.3.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "421 4.3.2 closing" close }
client bye-close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<bye-close@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.3.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "451 4.7.9 not now" }
client later to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<later@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.7.9"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "554 5.3.9 never" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<never@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 554 "5.3.9"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "354 go on" }
client asks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<asks@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "who are you" }
client nonsense to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<nonsense@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "450-one\n451 two" }
client unlike to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<unlike@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT flood }
client flood to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<flood@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT long }
client long to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<long@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer BDAT "250 one\n250 two" }
client twice to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<twice@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 600 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"; wait 1s; send "."; expect 451 "4.4.2"; close }
advance 15m

expect one got 0
expect metric sluice_recipients_in_doubt_total 0
expect queue empty
