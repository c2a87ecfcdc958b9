# Before anything is known about a pool, only what the proxy can do alone is offered; then what the pool can.
use pool
server one { offer "PIPELINING" "8BITMIME" "SMTPUTF8" "DSN" "SIZE 1000000" "BINARYMIME" "DELIVERBY 60" "FUTURERELEASE 600 2020" "ETRN" "XCLIENT NAME" "AUTH PLAIN" }
client c1 to 192.0.2.25:25 {
	expect 220
	send "EHLO c.test"
	expect 250 has "PIPELINING" has "ENHANCEDSTATUSCODES" has "CHUNKING" has "SIZE 52428800" has "LIMITS RCPTMAX=1000" lacks "8BITMIME" lacks "SMTPUTF8" lacks "DSN"
	send "MAIL FROM:<a@client.test> BODY=8BITMIME"; expect 555
	message a@client.test b@ours.test
	send "EHLO c.test"
	expect 250 has "8BITMIME" has "SMTPUTF8" has "DSN" has "SIZE 997952" lacks "BINARYMIME" lacks "DELIVERBY" lacks "FUTURERELEASE" lacks "ETRN" lacks "XCLIENT" lacks "AUTH"
	send "MAIL FROM:<a@client.test> SIZE=997953"; expect 552 "5.3.4"
	send "MAIL FROM:<a@client.test> SIZE=997952"; expect 250
}
