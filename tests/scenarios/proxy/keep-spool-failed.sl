# A sync fails: nothing is promised, and the client hears it.
use keep
server home { stop }
client c1 to 192.0.2.25:25 { hello }
disk fail sync 1
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	data "a: b\n\nc\n"; expect 451 "4.3.0"
}
expect no-log accepted
expect metric sluice_messages_kept_total = 0
