# A server that comes back may still say no: who is vouched for gets a report, a stranger's message is held instead.
use keep
server home { stop }
client c1 to 192.0.2.25:2525 { message a@ours.test no@ours.test }
server home { start; answer RCPT for no@ours.test "550 5.1.1 who is that" }
advance 5m
expect home got 1
expect home message 1 { from "<>*"; has "Action: failed"; has "550 5.1.1 who is that" }
server home { stop }
client c2 to 192.0.2.25:25 from 198.51.100.9 { message a@client.test no@ours.test }
server home { start }
advance 5m
expect home got 2
expect home message 2 { to "boss@ours.test"; has "may not be returned" }
expect queue { rcpt no@ours.test undeliverable }
expect log bounced 1 { to = "no@ours.test" }
expect log undeliverable 1 { to = "no@ours.test" }
