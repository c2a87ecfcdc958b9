# Refused for good: a report to the sender; the others are delivered.
use usual
server away { answer RCPT for "perm@*" "550 5.1.1 no such user" }
client c1 to 192.0.2.25:2525 { message a@ours.test perm@far.test x@far.test }
advance 10s
expect queue empty
expect away message 1 { to "x@far.test" }
expect home got 1
expect home message 1 {
	from "<>*"; to "a@ours.test"
	header Content-Type "multipart/report; report-type=delivery-status*"
	header Auto-Submitted "auto-*"
	has "Final-Recipient: rfc822; perm@far.test"
	has "Action: failed"
	has "Status: 5.1.1"
	has "Diagnostic-Code: smtp; 550 5.1.1 no such user"
	has "Reporting-MTA: dns; relay.test"
	has "Subject: test"
	lacks "x@far.test"
}
expect log bounced { to = "perm@far.test"; report = "failure, stored for the sender" }
expect metric recipients_bounced_total 1
