# A crash between the next hop's 250 and the record of it: delivered twice, never lost.
use usual
server home { answer content "250 2.0.0 taken" after 10s times 1 }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 5s
kill
advance 10s
start
advance 1h
expect queue empty
expect home got 2
