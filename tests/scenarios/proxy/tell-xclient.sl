# A backend is told by XCLIENT who the client is; its connection serves that client's session alone.
use told
client c1 to 192.0.2.25:25 from 192.0.2.9 {
	hello mail.client.test
	message a@client.test b@xclient.test
	message a@client.test c@xclient.test
}
client c2 to 192.0.2.25:25 from 192.0.2.10 { message a@client.test d@xclient.test }
client c1 { message a@client.test e@xclient.test }
expect xclient connections 2
expect xclient message 1 { told "EHLO front.test | XCLIENT PROTO=ESMTP HELO=mail.client.test LOGIN=[UNAVAILABLE] DESTADDR=192.0.2.25 PORT=* NAME=[UNAVAILABLE] ADDR=192.0.2.9 | EHLO mail.client.test" }
expect xclient message 3 { told "*ADDR=192.0.2.10 | EHLO client.test" }
expect xclient message 4 { told "*ADDR=192.0.2.9 | EHLO mail.client.test" }
client c1 {
	send "EHLO other.test"; expect 250          # another name: what was told is true no longer
	message a@client.test f@xclient.test
	send "QUIT"; expect 221; expect end
}
advance 1s
expect xclient connections 3
expect xclient message 5 { told "*HELO=other.test*ADDR=192.0.2.9 | EHLO other.test" }
expect xclient sessions 1                           # c2's: the others ended with their client
