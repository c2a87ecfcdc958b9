# NOTIFY=SUCCESS: a next hop that knows DSN is asked, for one that does not the report is ours.
use usual
server away { offer "PIPELINING" }
server home { offer "PIPELINING" "DSN" }
client c1 to 192.0.2.25:2525 {
	hello
	send "MAIL FROM:<a@ours.test> RET=HDRS ENVID=id-1"; expect 250
	send "RCPT TO:<x@far.test> NOTIFY=SUCCESS ORCPT=rfc822;x@far.test"; expect 250
	data "Subject: test\n\nHello\n"; expect 250
	send "MAIL FROM:<a@ours.test> RET=HDRS ENVID=id-2"; expect 250
	send "RCPT TO:<b@ours.test> NOTIFY=SUCCESS"; expect 250
	data "Subject: passed on\n\nHello\n"; expect 250
}
advance 10s
expect queue empty
expect away got 1
expect home got 2
expect log delivered { to = "x@far.test"; report ~ "success*" }
expect log delivered { to = "b@ours.test"; report absent }
