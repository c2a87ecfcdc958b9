# The same where some of it was written and some not.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<z@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\nHello\r\n.\r\n" }
powercut lose-some
client c2 { expect end }
server home { start }
start
advance 5m
expect home got >= 1
expect home message 1 { to "b@ours.test" }
