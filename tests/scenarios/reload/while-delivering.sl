# A reload in the middle of a delivery: it goes on to its end, once.
use reload
server home { answer content "250 2.0.0 taken" after 10s }
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test }
advance 5s
reload
advance 10s
expect queue empty
expect home got 1
