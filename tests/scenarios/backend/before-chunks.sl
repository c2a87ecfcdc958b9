# A backend that takes BDAT and is lost behind its replies to the recipients: nothing of the content has gone out, so
# another one takes its place, also where it is a new connection to the only one there is.
use backend
server good { offer PIPELINING CHUNKING }

server one { offer PIPELINING CHUNKING; answer RCPT "250 2.1.5 ok" close times 1 }
server bad { offer PIPELINING CHUNKING; answer RCPT "250 2.1.5 ok" close times 1 }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<close@one.test>"; expect 250; wait 300ms; data "a: b\n\nc\n"; expect 250; close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<close@two.test>"; expect 250; wait 300ms; data "a: b\n\nc\n"; expect 250; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; answer RCPT "250 2.1.5 ok" reset times 1 }
server bad { forget; offer PIPELINING CHUNKING; answer RCPT "250 2.1.5 ok" reset times 1 }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<reset@one.test>"; expect 250; wait 300ms; chunk "a: b\n\nc\n" last; expect 250; close }
client reset to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<reset@two.test>"; expect 250; wait 300ms; chunk "a: b\n\nc\n" last; expect 250; close }
advance 15m

server one { forget; offer PIPELINING CHUNKING; script { send "220 hop"; expect EHLO; send "250-hop" "250-CHUNKING" "250 PIPELINING"; expect MAIL; expect RCPT; send "250 ok" "250 ok"; wait 100ms; send "421 4.3.2 shutting down"; close } }
server bad { forget; offer PIPELINING CHUNKING; script { send "220 hop"; expect EHLO; send "250-hop" "250-CHUNKING" "250 PIPELINING"; expect MAIL; expect RCPT; send "250 ok" "250 ok"; wait 100ms; send "421 4.3.2 shutting down"; close } }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<bye@one.test>"; expect 250; wait 300ms; data "a: b\n\nc\n"; expect 250; close }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<bye@two.test>"; expect 250; wait 300ms; data "a: b\n\nc\n"; expect 250; close }

expect one got 3
expect good got 3
expect bad got 0
expect queue empty
