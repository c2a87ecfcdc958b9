# Taken whole first, stored where no server behind us can take it; longer than what stays in memory; and no room for it.
config """
	hostname: front.test
	postmaster: boss@ours.test
	retry: { jitter: 0 }
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", connect: dot, on-backend-failure: spool } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME PRDR }
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Subject: 1" ""; repeat 20000 "0123456789012345678901234567890123456789\r\n"; send "."; expect 250
}
expect home message 1 { bytes 800000 }
server home { stop }
client c1 { message a@client.test b@ours.test c@ours.test }
expect queue 1
expect log proxied 1 { verdict = kept; recipients = 2; kept = 2; told ~ "250 2.0.0 Queued as*" }
powercut
server home { start }
start
advance 10m
expect queue empty
expect home message 2 { to "b@ours.test c@ours.test" }
# A refusal is an answer, and nothing is stored for it.
server home { answer RCPT "550 5.1.1 unknown" }
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; data "Subject: 3\n\nthree\n"; expect 550 "5.1.1 <b@ours.test>: unknown" }
expect queue empty
# Also where the server closes behind it, before it has said something about the others, or says the rest severally.
server home { forget; offer PIPELINING 8BITMIME PRDR; answer RCPT for "x@*" "550 5.1.1 unknown"; answer RCPT for "b@*" close }
client c2 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<x@ours.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; expect 250; data "Subject: 4\n\nfour\n"; expect 550 "5.1.1 <x@ours.test>: unknown"
	send "MAIL FROM:<a@client.test> PRDR" "RCPT TO:<x@ours.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; expect 250; data "Subject: 5\n\nfive\n"; expect 451 "4.4.2"
}
expect queue empty
client c3 to 192.0.2.25:25 { hello }
disk capacity 300000
advance 5s
# Whoever asks makes the spool look again.
client c3 { send "MAIL FROM:<a@client.test>" "RSET"; expect 250; expect 250 }
advance 5s
client c3 { send "MAIL FROM:<a@client.test>"; expect 452 "4.3.1"; close }
