# The connection of a log-in that was passed through is kept alive, but not for ever; where it is lost, so is the log-in.
use passage
client c1 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235; wait 3m }
expect metric sluice_proxy_noops_total 1
client c1 { message a@client.test x@far.test """
	From: a@client.test

	one
	""" }
expect home connections 1
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<y@far.test>"; expect 250; expect 250 }
server home { answer NOOP "" close times 1 }
client c1 { wait 130s; send "RCPT TO:<z@far.test>"; expect 451 "4.4.2"; send "RSET"; expect 250; send "MAIL FROM:<a@client.test>"; expect 421; expect end }
expect log backend-lost 1
client c2 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235 }
server home { answer NOOP "421 4.4.2 bye" close times 1 }
client c2 { wait 130s; send "MAIL FROM:<a@client.test>"; expect 421; expect end }
# Who does nothing but ask whether we are there holds no server for longer than 30 of them.
server home { forget; tls home.test; login ann secret; offer PIPELINING "AUTH PLAIN" }
client c3 to 192.0.2.25:587 { hello; starttls relay.test; hello; auth PLAIN ann secret; expect 235 }
client c3 {wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; wait 4m; send "NOOP"; expect 250; }
expect metric sluice_proxy_noops_total 33
