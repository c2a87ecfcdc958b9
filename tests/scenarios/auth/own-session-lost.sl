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
# Nor does it count that it ends those that are held in silence.
server home { forget; tls home.test; login ann secret; offer PIPELINING "AUTH PLAIN"; answer NOOP "421 4.4.2 bye" close }
client d1 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235 }
client d2 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235 }
client d3 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235; wait 130s; send "MAIL FROM:<a@client.test>"; expect 421; expect end }
client d1 { send "MAIL FROM:<a@client.test>"; expect 421; expect end }
client d2 { send "MAIL FROM:<a@client.test>"; expect 421; expect end }
expect metric sluice_proxy_noops_total 3
expect no-log member-down
