# The PROXY protocol, before anything else; mail from the spool is nobody's but ours.
use told
client c1 to 192.0.2.25:25 from 192.0.2.9 {
	hello mail.client.test
	message a@client.test b@v1.test
	message a@client.test b@v2.test
	message a@client.test c@v2.test
}
client c2 to 192.0.2.25:25 from 192.0.2.10 { message a@client.test d@v2.test }
client c3 to 192.0.2.25:2526 from 192.0.2.11 { message a@client.test e@v2.test }
advance 5s
expect v1 message 1 { told "PROXY v1 192.0.2.9:* 192.0.2.25:25 | EHLO mail.client.test" }
expect v2 message 1 { told "PROXY v2 192.0.2.9:* 192.0.2.25:25 | EHLO mail.client.test" }
expect v2 message 2 { told "PROXY v2 192.0.2.9:* 192.0.2.25:25 | EHLO mail.client.test" }
expect v2 message 3 { told "PROXY v2 192.0.2.10:* 192.0.2.25:25 | EHLO client.test" }
expect v2 message 4 { told "PROXY v2 itself | EHLO front.test" }
expect v2 connections 3
