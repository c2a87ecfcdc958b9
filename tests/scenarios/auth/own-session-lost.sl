# What the server says to end the session of a user who has logged in there is between it and him: the others keep it.
use passage
server home { answer RCPT for "x*" "421 4.7.0 too many errors" close }
client c1 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<x@far.test>"; expect 451; send "QUIT" }
client c2 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<x@far.test>"; expect 451; send "QUIT" }
client c3 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235; send "MAIL FROM:<a@client.test>"; expect 250; send "RCPT TO:<x@far.test>"; expect 451; send "QUIT" }
expect log backend-lost 3 { why ~ "*421 4.7.0 too many errors" }
expect no-log member-down
client c4 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235; message a@client.test b@far.test; close }
expect home got 1
