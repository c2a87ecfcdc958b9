# A report that cannot be delivered is kept two days, then held: it cannot go back.
use usual
server away { answer RCPT "550 5.1.1 no such user" }
server home { stop }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 47h
expect queue { rcpt a@ours.test waiting }
advance 2h
expect queue { rcpt a@ours.test held undeliverable }
expect log undeliverable { to = "a@ours.test"; from = "<>" }
