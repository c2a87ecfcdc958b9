# Where nobody finds room to be gathered, contents stream until they have half of the places, and one of three at least.
use slow
disk capacity 300000
client f1 to 192.0.2.25:25 from 198.51.100.21 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<f1@ours.test>"; expect 250; expect 250 }
client f2 to 192.0.2.25:25 from 198.51.100.22 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<f2@ours.test>"; expect 250; expect 250 }
client f1 { send "DATA"; expect 354; send "Subject: f" "" "half" }
client f2 { send "DATA"; expect 452 "4.3.1" }
expect metric sluice_proxy_gathered_total 0
client g to 192.0.2.25:25 from 198.51.100.9 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<f2@ours.test>"; expect 250; expect 250; send "RSET"; expect 250 }
client f1 { send "."; expect 250 }
client f2 { data "Subject: 2\n\ntwo\n"; expect 250 }
expect home got 2
