# The backend's connection serves one client after the other.
use proxy
client c1 to 192.0.2.25:25 { message a@client.test b@ours.test; send "QUIT"; expect 221 }
client c2 to 192.0.2.25:25 { message a@client.test b@ours.test; message a@client.test b@ours.test }
expect home got 3
expect home connections 1
