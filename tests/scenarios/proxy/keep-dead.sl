# Nobody can be reached: we take the recipients and store the message, whose bytes are those that a relay stores.
use keep
server home { stop }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 250 "2.1.5"
	send "RCPT TO:<c@ours.test>" "RCPT TO:<x@far.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 550 "5.7.1"; expect 250
	data "Subject: kept\n\nc\n"; expect 250 "2.0.0 Queued as "
	send "QUIT"; expect 221; expect end
}
expect queue 1
expect log backend-lost 1 { mail = "it is kept here once it has come" }
expect log accepted 1 { from = "a@client.test"; to = "b@ours.test"; recipients = 3; listener = "mx" }
expect log proxied 1 { verdict = kept; recipients = 3; kept = 3; backend absent; said absent; told ~ "250 2.0.0 Queued as *" }
expect metric sluice_messages_kept_total = 1
expect metric sluice_messages_accepted_total = 1
expect metric sluice_messages_proxied_total = 0
server home { start }
advance 5m
expect queue empty
expect home got 1
expect home message 1 {
	from "<a@client.test>*"; to "b@ours.test c@ours.test d@ours.test"
	header Received "from *by front.test with ESMTP id *"; header Subject "kept"; body "c\n"
}
