# Messages that are gathered have a quarter of the free room together, and each client an eighth of that. Who finds none
# at DATA is passed on as a quick one is; who finds none later hears 452, and his room is free at once.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners:
	  mx: { for: mx, service: proxy, address: "192.0.2.25:25" }
	  dot: { for: mx, service: proxy, address: "192.0.2.25:26", connect: dot }
	  relay: { for: mx, address: "192.0.2.25:27" }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server home 192.0.2.31:25 { offer PIPELINING CHUNKING 8BITMIME SIZE }
disk capacity 12000000
client r to 192.0.2.25:27 { hello; message a@client.test r@ours.test }
advance 2s
# 1 MB of one client.
client c1 to 192.0.2.25:25 from 198.51.100.1 {
	hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	wait 2s; send "DATA"; expect 354; send "Subject: x" ""; repeat 100 "0123456789012345678901234567890123456789012345678901\r\n"
}
advance 1s
expect metric sluice_proxy_gathered_total 1
expect metric sluice_proxy_gathered_bytes 5538
expect metric sluice_proxy_gather_refused_total 0
client c1 { repeat 20000 "0123456789012345678901234567890123456789012345678901\r\n" }
advance 1s
expect metric sluice_proxy_gathered_bytes 0
expect metric sluice_proxy_gather_refused_total 1
client c1 { send "."; expect 452 "4.3.1" }
expect home got 1
# It comes again, and would be refused for ever: it is passed on while it arrives.
client c1 {
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: y" ""
	repeat 20000 "0123456789012345678901234567890123456789012345678901\r\n"; send "."; expect 250
}
expect home message 2 { bytes 1060000; has "Subject: y" }
expect log proxied 1 { gathered absent; verdict = accepted }
expect metric sluice_proxy_gathered_total 1
# So is what is announced to be too long.
client c2 to 192.0.2.25:25 from 198.51.100.2 {
	hello; send "MAIL FROM:<a@client.test> SIZE=1000000" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; data "Subject: z\n\nz\n"; expect 250
}
expect metric sluice_proxy_gathered_total 1
expect metric sluice_proxy_gather_refused_total 2
# A crowd of clients has no more than all may have, and what is stored for good finds room.
client d1 to 192.0.2.25:25 from 198.51.100.11 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d2 to 192.0.2.25:25 from 198.51.100.12 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d3 to 192.0.2.25:25 from 198.51.100.13 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d4 to 192.0.2.25:25 from 198.51.100.14 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d5 to 192.0.2.25:25 from 198.51.100.15 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d6 to 192.0.2.25:25 from 198.51.100.16 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d7 to 192.0.2.25:25 from 198.51.100.17 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d8 to 192.0.2.25:25 from 198.51.100.18 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d9 to 192.0.2.25:25 from 198.51.100.19 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
client d10 to 192.0.2.25:25 from 198.51.100.20 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; send "Subject: d" ""; repeat 4600 "0123456789012345678901234567890123456789012345678901\r\n" }
advance 1s
expect metric sluice_proxy_gathered_total 11
client f1 to 192.0.2.25:25 from 198.51.100.30 {
	hello; send "MAIL FROM:<a@client.test> SIZE=200000" "RCPT TO:<e@ours.test>"; expect 250; expect 250; wait 2s; data "Subject: e\n\ne\n"; expect 250
}
expect metric sluice_proxy_gathered_total 11
expect log proxied 1 { to = "e@ours.test"; gathered absent }
client r { message a@client.test r@ours.test }
# With `connect: dot` it has no other way: DATA is refused, and asked again later.
client e1 to 192.0.2.25:26 from 198.51.100.31 {
	hello; send "MAIL FROM:<a@client.test> SIZE=200000" "RCPT TO:<f@ours.test>"; expect 250; expect 250; send "DATA"; expect 452 "4.3.1"
}
client d1 { send "."; expect 250 }
client d2 { send "."; expect 250 }
client d3 { send "."; expect 250 }
client d4 { send "."; expect 250 }
client d5 { send "."; expect 250 }
client d6 { send "."; expect 250 }
client d7 { send "."; expect 250 }
client d8 { send "."; expect 250 }
client d9 { send "."; expect 250 }
client d10 { reset }
advance 1s
expect metric sluice_proxy_gathered_bytes 0
client e1 { data "Subject: f\n\nf\n"; expect 250; send "MAIL FROM:<a@client.test>" "RCPT TO:<g@ours.test>" "DATA"; expect 250; expect 250; expect 354; send "Subject: g" ""; repeat 20000 "0123456789012345678901234567890123456789012345678901\r\n"; send "."; expect 452 "4.3.1" }
expect metric sluice_proxy_gathered_bytes 0
expect queue empty
