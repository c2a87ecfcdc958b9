# While servers are moved, what they refuse for ever is refused for now; a client waits for an answer no longer than is said.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off, soft-rejects: true, answer-timeout: 20s } }
"""
server home 192.0.2.30:25 { answer RCPT for "bad@*" "550 5.1.1 unknown"; answer RCPT for "huge@*" "552 too big"; answer RCPT for "odd@*" "553 5.1.3 odd"; answer RCPT for "full@*" "452 4.2.2 full"; answer content "554 5.7.1 spam" times 1 }
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<bad@ours.test>" "RCPT TO:<huge@ours.test>" "RCPT TO:<odd@ours.test>" "RCPT TO:<full@ours.test>" "RCPT TO:<x@far.test>" "RCPT TO:<b@ours.test>"
	expect 450 "4.1.1 unknown"; expect 452 "4.0.0 too big"; expect 451 "4.1.3 odd"; expect 452 "4.2.2 full"; expect 550 "5.7.1"; expect 250
	data "a: b\n\nc\n"; expect 451 "4.7.1 spam"
}
expect log proxied 1 { verdict = deferred; said ~ "554 5.7.1 spam"; told ~ "451 4.7.1 spam" }
server home { answer content silence times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; data "a: b\n\nc\n"; expect 451 "4.4.2" }
expect log proxied 1 { verdict = in-doubt; backend ~ "*192.0.2.30*" }
expect metric recipients_in_doubt_total 1
