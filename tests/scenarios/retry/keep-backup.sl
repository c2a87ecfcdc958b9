# Mail for `domains` is kept 21 days, as a backup should.
use usual
server home { stop }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 20d
expect queue { rcpt b@ours.test waiting }
server home { start }
advance 5h
expect log delivered { to = "b@ours.test" }
# The postmaster's alarm went the same way, and such mail is kept two days only.
expect queue { rcpt boss@ours.test held undeliverable }
