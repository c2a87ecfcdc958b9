# What a submission lacks is added; what is there stays (RFC 6409 section 8).
use secure
client c1 to 192.0.2.25:465 {
	tls relay.test
	hello
	auth PLAIN alice@ours.test "secret pass"; expect 235
	message alice@ours.test x@far.test """
		From: alice@ours.test

		Hello
	"""
	message alice@ours.test y@far.test """
		date: Wed, 1 Jan 2025 00:00:00 +0000
		Message-Id: <1@client.test>
		From: alice@ours.test

		Hello
	"""
	close
}
advance 5s
expect away got 2
expect away message 1 { header Date "*, * 20?? *:*:* +0000"; header Message-ID "<*@relay.test>" }
expect away message 2 { header Date "Wed, 1 Jan 2025*"; header Message-Id "<1@client.test>"; lacks "@relay.test>" }
