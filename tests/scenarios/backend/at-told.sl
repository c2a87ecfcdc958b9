# A backend that answers XCLIENT or XFORWARD wrongly, or not at all: 5xx is how we and it are set up, all else is its own
# trouble. No mail goes that its backend would take for ours.
use told
server xclient { answer XCLIENT silence }
server xforward { answer XFORWARD silence }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xclient.test>"; expect 250; expect 451 "4.4.1"; close }
client silence to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xforward.test>"; expect 250; expect 451 "4.4.2"; close }
advance 15m
server xclient { answer XCLIENT close }
server xforward { answer XFORWARD close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xclient.test>"; expect 250; expect 451 "4.4.1"; close }
client close to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xforward.test>"; expect 250; expect 451 "4.4.2"; close }
advance 15m
server xclient { answer XCLIENT "421 4.3.2 closing" }
server xforward { answer XFORWARD "421 4.3.2 closing" }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xclient.test>"; expect 250; expect 451 "4.4.1"; close }
client bye to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xforward.test>"; expect 250; expect 451 "4.3.2"; close }
advance 15m
mark
server xclient { answer XCLIENT "550 5.7.0 who are you" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xclient.test>"; expect 250; expect 451 "4.3.5"; close }
expect log alarm 1 { destination = "hops:xclient" }
advance 15m
mark
server xforward { answer XFORWARD "501 5.5.4 what" }
client never to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xforward.test>"; expect 250; expect 451 "4.3.5"; close }
expect log alarm 1 { destination = "hops:xforward" }
expect xclient got 0
expect xforward got 0
