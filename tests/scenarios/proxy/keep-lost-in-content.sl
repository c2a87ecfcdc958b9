# The connection to the backend breaks in the middle of the content: all of it is stored, from the beginning on.
use keep
break 192.0.2.30:25 reset 20000
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354
	raw "Subject: all of it\r\n\r\nfirst\r\n"
	wait 1s
	repeat 1000 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"
	wait 1s
	raw "last\r\n.\r\n"; expect 250 "2.0.0 Queued as "
}
expect home got 0
expect queue 1
net 192.0.2.30:25 normal
advance 5m
expect queue empty
expect home got 1
expect home message 1 { header Subject "all of it"; has "first"; has "last"; bytes 70000 }
expect log proxied 1 { verdict = kept; backend ~ "*192.0.2.30*" }
