# A report that is refused itself makes no further one.
use usual
server away { answer RCPT "550 5.1.1 no such user" }
server home { answer RCPT for "perm@*" "550 5.1.1 no such user" }
client c1 to 192.0.2.25:2525 { message perm@ours.test x@far.test }
advance 10s
expect queue 1
expect queue { rcpt perm@ours.test held undeliverable }
expect log bounced { to = "x@far.test" }
expect log undeliverable { to = "perm@ours.test"; from = "<>" }
