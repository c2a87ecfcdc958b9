# A member that closes, or does not let us in, is one that is lost: its neighbour is asked, and it is left alone after the
# third time. Nobody hears of it.
use backend
server bad { answer RCPT "421 4.3.0 bye" }
client c1 to 192.0.2.25:25 { hello; message a@client.test 1@two.test }
advance 10s
client c1 { message a@client.test 2@two.test }
advance 10s
client c1 { message a@client.test 3@two.test }
advance 10s
client c1 { message a@client.test 4@two.test }
expect good got 4
expect bad connections 3
expect log backend-lost 3 { why ~ "*421 4.3.0 bye"; mail = "another backend is asked while the client waits" }
expect log member-down 1 { hops = pair; member = "192.0.2.31:25"; why ~ "*421 4.3.0 bye" }
expect no-log alarm
expect metric sluice_proxy_misconfigured_total = 0
# That it does not let us in is for a person to see as well.
advance 15m
server bad { forget; answer MAIL "530 5.7.0 log in first" times 1 }
client c2 to 192.0.2.25:25 { message a@client.test 5@two.test; close }
expect good got 5
expect log alarm 1 { why ~ "*530 5.7.0 log in first" }
advance 15m
server bad { forget; answer DATA "535 5.7.8 who are you" times 1 }
client c3 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<6@two.test>" "RCPT TO:<7@two.test>"; expect 250; expect 250; expect 250; data "a: b\n\nc\n"; expect 250; close }
expect good message 6 { to "6@two.test 7@two.test" }
expect log alarm 1 { why ~ "*535 5.7.8 who are you" }
expect metric sluice_proxy_misconfigured_total = 2
# Who was taken before has to be taken by the neighbour too.
advance 15m
server bad { forget; answer RCPT for second@two.test "421 4.3.2 bye" }
server good { answer RCPT for first@two.test "550 5.1.1 unknown" }
client c4 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<first@two.test>"; expect 250; send "RCPT TO:<second@two.test>"; expect 451 "4.3.2"; close }
expect bad got 0
expect good got 6
expect queue empty
