# That we may not talk to the backend is our fault, not the client's mail's: never 5xx.
use proxy
server home { answer MAIL "530 5.7.0 log in first" }
client c1 to 192.0.2.25:25 {
	hello
	send "MAIL FROM:<a@client.test>"; expect 250
	send "RCPT TO:<b@ours.test>"; expect 451 "4.3.5"
	close
}
expect log alarm 1 { destination = "hops:home"; why ~ "*530 5.7.0 log in first" }
expect metric sluice_proxy_misconfigured_total = 1
