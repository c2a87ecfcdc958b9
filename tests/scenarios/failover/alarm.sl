# A hop that accepts nothing for a quarter of an hour: one alarm; and a word when it is well again.
use failover
server away { answer greeting "421 4.3.2 not now" close }
server spare { answer greeting "421 4.3.2 not now" close }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test>"; expect 250
	send "RCPT TO:<x@far.test> NOTIFY=NEVER"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
}
advance 10m
expect no-log alarm
expect home got 0
advance 3h
expect log alarm 1 { reason ~ "*421 4.3.2*" }
expect home got 1
expect home message 1 { to "boss@ours.test"; has "Nothing can be delivered" }
server away { forget }
advance 9h
expect log alarm-cleared 1
expect home got 2
expect home message 2 { has "again" }
