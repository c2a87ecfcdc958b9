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

# Within the content it is still so, as long as all that has come is gathered here: 32 KiB.
advance 15m
server one { forget; offer PIPELINING CHUNKING }
client within to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<within@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 20 "0123456789012345678901234567890123456789\r\n"; wait 300ms }
server one { stop }
server one { start }
client within { wait 300ms; raw "end\r\n.\r\n"; expect 250; close }
expect one got 4
expect one message 4 { has "0123456789012345678901234567890123456789\nend" }

client full to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<full@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 700 "0123456789012345678901234567890123456789\r\n"; wait 300ms }
server one { stop }
server one { start }
client full { wait 300ms; repeat 700 "abcdefghijabcdefghijabcdefghijabcdefghij\r\n"; raw "end\r\n.\r\n"; expect 250; close }
expect one got 5
expect one message 5 { has "0123456789012345678901234567890123456789\nabcdefghij"; has "abcdefghij\nend"; bytes 57500 57600 }

# To one that takes DATA alone it goes by DATA.
server bad { forget; offer PIPELINING CHUNKING }
server good { forget }
client other to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<other@two.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n..dot\r\n"; wait 300ms }
server bad { stop }
client other { wait 300ms; raw "end\r\n.\r\n"; expect 250; close }
expect good got 4
expect good message 4 { has ".dot\nend" }
server bad { start }
advance 15m

# And where nobody is left the client hears it, or the message is too much by then.
client alone to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<alone@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; wait 300ms }
server one { stop }
client alone { wait 300ms; raw "end\r\n.\r\n"; expect 451 "4.4.2"; close }
server one { start }
advance 15m
client much to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<much@one.test>" "DATA"; expect 250; expect 250; expect 354; raw "a: b\r\n\r\n"; repeat 900 "0123456789012345678901234567890123456789\r\n"; wait 300ms }
server one { stop }
server one { start }
client much { wait 300ms; raw "end\r\n.\r\n"; expect 451 "4.4.2"; close }
expect one got 5
expect queue empty
