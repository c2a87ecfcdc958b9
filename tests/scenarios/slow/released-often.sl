# Silence before each of many recipients: the envelope is said again eight times, then the session is kept, and kept alive.
use slow
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<r0@ours.test>"; expect 250; expect 250
	wait 6s; send "RCPT TO:<r1@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r2@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r3@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r4@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r5@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r6@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r7@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r8@ours.test>"; expect 250
}
expect metric sluice_proxy_released_total 8
expect metric sluice_proxy_release_limit_total 0
expect home rcpts 45
client c1 { wait 6s; send "RCPT TO:<r9@ours.test>"; expect 250; wait 6s; send "RCPT TO:<r10@ours.test>"; expect 250 }
expect metric sluice_proxy_release_limit_total 1
expect home rcpts 47
expect metric sluice_proxy_noops_total 0
client c1 { wait 250s; send "RCPT TO:<r11@ours.test>"; expect 250 }
expect metric sluice_proxy_noops_total 2
expect metric sluice_proxy_released_total 8
expect home rcpts 48
# A slow content leaves it all the same; others find it free then.
client c1 { wait 2s; send "DATA"; expect 354; send "Subject: 1" "" "one" }
expect metric sluice_proxy_gathered_total 1
client c1 { send "."; expect 250 }
expect log proxied 1 { released = 9; recipients = 12; gathered = yes; verdict = accepted }
expect home rcpts 60
expect home connections 1
# The next transaction has its own eight. Where the server is gone when it is kept, it is replaced as any other.
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	wait 6s; send "RCPT TO:<r1@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r2@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r3@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r4@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r5@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r6@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r7@ours.test>"; expect 250
	wait 6s; send "RCPT TO:<r8@ours.test>"; expect 250
	wait 6s
}
expect metric sluice_proxy_release_limit_total 2
server home { answer NOOP "421 4.3.2 going" close times 1 }
client c1 { wait 130s; send "RCPT TO:<c@ours.test>"; expect 250; data "Subject: 2\n\ntwo\n"; expect 250 }
expect log backend-lost 1
expect home connections 2
expect home got 2
