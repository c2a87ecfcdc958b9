# Attempts follow the schedule: 1m 5m 15m 30m 1h 2h, then every 4h.
use usual
server away { answer greeting "421 4.3.2 not now" close }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test> NOTIFY=NEVER"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
	close
}
advance 30s
expect away connections 1
expect queue { rcpt x@far.test waiting attempts 1 reason "*421 4.3.2 not now*" }
advance 1m
expect away connections 2
advance 5m
expect away connections 3
advance 15m
expect away connections 4
advance 30m
expect away connections 5
advance 1h
expect away connections 6
advance 2h
expect away connections 7
advance 4h
expect away connections 8
advance 4h
expect away connections 9
expect queue { rcpt x@far.test waiting attempts 9 }
