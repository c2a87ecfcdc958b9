# <postmaster> is taken without a domain, and goes to a person (RFC 5321 section 4.5.1).
use usual
client c1 to 192.0.2.25:25 {
	message a@client.test postmaster
	message a@client.test Postmaster@ours.test
	message a@client.test abuse@ours.test
	message a@client.test postmaster@relay.test
}
advance 5s
expect queue empty
expect home got 4
expect home message 1 { to "boss@ours.test" }
