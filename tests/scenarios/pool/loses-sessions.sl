# A member that lets us in and then hangs up is left alone after the third time; no client notices.
use pool
server one { answer RCPT close }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 10s
client c1 { message a@client.test b@ours.test }
advance 10s
expect no-log member-down
client c1 { message a@client.test b@ours.test }
expect log member-down 1 { member = "192.0.2.31:25"; why ~ "*" }
advance 10s
client c1 { message a@client.test b@ours.test }
expect one connections 3
expect two got 4
expect log backend-lost 3 { mail ~ "another*" }
