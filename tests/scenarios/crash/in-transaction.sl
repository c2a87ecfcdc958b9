# A crash in the middle of a message: it was not answered, so it is not there.
use usual
client c1 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\nHel" }
powercut
client c1 { expect end }
start
advance 5m
expect queue empty
expect home got 0
