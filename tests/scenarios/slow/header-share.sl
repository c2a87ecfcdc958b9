# Header sections that are kept until the message is whole: one client has no more than an eighth of the memory for such
# things, and what was handed on is held once.
use slow
memory 1000000
client e1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
client e2 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
advance 1s
expect metric sluice_proxy_gathered_total 2
expect metric sluice_proxy_gather_refused_total 1
client e2 { send "."; expect 452 "4.3.1" }
# Others have theirs: six times as much as two of them might hold twice.
client f1 to 192.0.2.25:25 from 198.51.100.11 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
client f2 to 192.0.2.25:25 from 198.51.100.12 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
client f3 to 192.0.2.25:25 from 198.51.100.13 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
client f4 to 192.0.2.25:25 from 198.51.100.14 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
client f5 to 192.0.2.25:25 from 198.51.100.15 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; send "DATA"; expect 354; repeat 1600 "X-A: 01234567890123456789012345678901234567890123456789012\r\n"; send "" "half" }
advance 1s
expect metric sluice_proxy_gather_refused_total 1
client g to 192.0.2.25:25 from 198.51.100.9 { hello; message a@client.test g@ours.test }
client e1 { send "."; expect 250; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; wait 2s; data "Subject: 1\n\none\n"; expect 250 }
client f5 { send "."; expect 250 }
expect home got 4
