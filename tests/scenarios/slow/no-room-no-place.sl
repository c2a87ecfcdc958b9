# Who finds no room to be gathered, since his own share is gone, does not stream for that reason while places are short.
use slow
disk capacity 12000000
client e1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test> SIZE=1000000" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 354; send "Subject: x" "" "half" }
client e2 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test> SIZE=1000000" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 452 "4.3.1" }
client e3 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test> SIZE=1000000" "RCPT TO:<b@ours.test>"; expect 250; expect 250; send "DATA"; expect 452 "4.3.1" }
expect metric sluice_proxy_gather_refused_total 2
expect metric sluice_proxy_gathered_total 0
advance 2s
client g to 192.0.2.25:25 from 198.51.100.9 { hello; message a@client.test g@ours.test }
expect home got 1
expect metric sluice_proxy_gathered_total 1
client e1 { send "."; expect 250 }
# They have gone: he streams again.
client e3 { send "RSET"; expect 250 }
client e2 { data "Subject: y\n\ny\n"; expect 250 }
