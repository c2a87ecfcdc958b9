# A message that says how large it is, and finds no room, is refused at MAIL; a small one is taken.
use usual
disk capacity 3000000
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test> SIZE=40000000"; expect 452 "4.3.1"
	send "MAIL FROM:<a@client.test> SIZE=4000"; expect 250
	close
}
