# Contents that come as they like may have half of the connections; the other half is left to those who are answered at once.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 4, waiting-timeout: 1s } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME }
client c1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b1@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 1" "" "half" }
client c2 to 192.0.2.25:25 from 198.51.100.2 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b2@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 2" "" "half" }
expect metric sluice_proxy_gathered_total 0
client c3 to 192.0.2.25:25 from 198.51.100.3 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b3@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 3" "" "half" }
client c4 to 192.0.2.25:25 from 198.51.100.4 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b4@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 4" "" "half" }
client c5 to 192.0.2.25:25 from 198.51.100.5 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b5@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 5" "" "half" }
client c6 to 192.0.2.25:25 from 198.51.100.6 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b6@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 6" "" "half" }
client c7 to 192.0.2.25:25 from 198.51.100.7 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b7@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 7" "" "half" }
client c8 to 192.0.2.25:25 from 198.51.100.8 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b8@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: 8" "" "half" }
expect metric sluice_proxy_gathered_total 6
expect metric sluice_pool_refused_total 0
client c9 to 192.0.2.25:25 from 198.51.100.9 { hello; message a@client.test c@ours.test }
expect home got 1
advance 2s
expect metric sluice_proxy_released_total 6
client c1 { send "whole" "."; expect 250 }
client c2 { send "whole" "."; expect 250 }
client c3 { send "whole" "."; expect 250 }
client c4 { send "whole" "."; expect 250 }
client c5 { send "whole" "."; expect 250 }
client c6 { send "whole" "."; expect 250 }
client c7 { send "whole" "."; expect 250 }
client c8 { send "whole" "."; expect 250 }
expect home got 9
expect home sessions-most <= 4
expect log proxied 2 { gathered absent; verdict = accepted }
expect log proxied 7 { gathered = yes; verdict = accepted }
expect no-log backend-lost
# All have gone: idle connections count for nothing.
client c1 { message a@client.test d@ours.test }
expect metric sluice_proxy_gathered_total 7
expect queue empty
