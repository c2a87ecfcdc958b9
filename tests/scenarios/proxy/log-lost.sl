# What a server behind us said when it was lost stands in the log, also where it made no sense.
use proxy
server home { answer content "354 hmm" times 1 }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.4.2"
}
expect log backend-lost 1 { why ~ "no answer to the message: it may have it (*354 makes no sense there)" }
expect log proxied 1 { verdict = in-doubt; said = "354 hmm"; told ~ "451 4.4.2*" }
mark
server home { answer content "999 hmm" times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>"; expect 250; expect 250; data "a: b\n\nc\n"; expect 451 "4.4.2" }
expect log backend-lost 1 { why ~ "no answer to the message: it may have it (*broke the protocol*)" }
expect log proxied 1 { verdict = in-doubt; said absent; told ~ "451 4.4.2*" }
mark
server home { answer RCPT for d@ours.test "354 go on" }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 451 "4.4.2"; send "RSET"; expect 250 }
expect log proxied 1 { verdict = lost; said = "354 go on" }
mark
server home { answer content flood times 1 }
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<e@ours.test>"; expect 250; expect 250; data "a: b\n\nc\n"; expect 451 "4.4.2" }
expect log backend-lost 1 { why ~ "no answer to the message: it may have it (*broke the protocol*" }
