# Three workers share clients and queue; every message arrives once.
use usual
workers 3
client c1 to 192.0.2.25:25 { message a@client.test b1@ours.test }
client c2 to 192.0.2.25:25 { message a@client.test b2@ours.test }
client c3 to 192.0.2.25:25 { message a@client.test b3@ours.test }
client c4 to 192.0.2.25:25 { message a@client.test b4@ours.test }
client c5 to 192.0.2.25:25 { message a@client.test b5@ours.test }
client c6 to 192.0.2.25:25 { message a@client.test b6@ours.test }
advance 10s
expect queue empty
expect home got 6
expect metric messages_accepted_total 6
expect metric sluice_sessions 6
