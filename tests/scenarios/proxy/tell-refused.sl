# A backend that does not let us say who the client is gets no mail; the client is told to try again, and it is an alarm.
use told
server xclient { offer PIPELINING "XCLIENT NAME HELO" }
client c1 to 192.0.2.25:25 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xclient.test>"; expect 250; expect 451 "4.3.5"
	send "RSET"; expect 250
}
expect log alarm 1 { why ~ "*XCLIENT is not offered to us" }
expect metric sluice_proxy_misconfigured_total = 1
server xclient { offer "XCLIENT ADDR"; answer XCLIENT "550 5.7.0 insufficient authorization" }
server xforward { offer PIPELINING "XFORWARD ADDR"; answer XFORWARD "550 5.7.0 insufficient authorization" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xclient.test>"; expect 250; expect 451 "4.3.5"
	send "RSET"; expect 250
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xforward.test>"; expect 250; expect 451 "4.3.5"
	send "RSET"; expect 250
}
server xforward { offer "XFORWARD ADDR" }
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@xforward.test>"; expect 250; expect 451 "4.3.5"
	send "RSET"; expect 250
	message a@client.test b@none.test
}
expect xclient got 0
expect xforward got 0
expect none got 1
