# A sync that fails: nothing is promised any more, and the program ends rather than go on with a journal that
# it cannot trust.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 2s
disk fail sync 1
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>" "DATA"; expect 250; expect 250; expect 354
	raw "Subject: x\r\n\r\n.\r\n"; expect 451
}
server home { start }
advance 5m
expect queue empty
expect log delivered { to = "b@ours.test" }
expect log fatal { reason ~ "the spool has failed*" }
kill
start
advance 5m
expect queue empty
