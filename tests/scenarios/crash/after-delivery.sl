# A crash behind a next hop's 250: delivered once if the outcome was recorded.
use usual
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 10s
expect home got 1
powercut lose-all
start
advance 1h
expect queue empty
expect home got 1
