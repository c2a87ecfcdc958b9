# As crowd.sl, with three workers: a place that is given back here is for who waits there.
use slow
workers 3
client c1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c2 to 192.0.2.25:25 from 198.51.100.2 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c3 to 192.0.2.25:25 from 198.51.100.3 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c4 to 192.0.2.25:25 from 198.51.100.4 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c5 to 192.0.2.25:25 from 198.51.100.5 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c6 to 192.0.2.25:25 from 198.51.100.6 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c7 to 192.0.2.25:25 from 198.51.100.7 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c8 to 192.0.2.25:25 from 198.51.100.8 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c9 to 192.0.2.25:25 from 198.51.100.9 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c10 to 192.0.2.25:25 from 198.51.100.10 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c11 to 192.0.2.25:25 from 198.51.100.11 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c12 to 192.0.2.25:25 from 198.51.100.12 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c13 to 192.0.2.25:25 from 198.51.100.13 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c14 to 192.0.2.25:25 from 198.51.100.14 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c15 to 192.0.2.25:25 from 198.51.100.15 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c16 to 192.0.2.25:25 from 198.51.100.16 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c17 to 192.0.2.25:25 from 198.51.100.17 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c18 to 192.0.2.25:25 from 198.51.100.18 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
advance 1s
client c1 { send "RCPT TO:<b1@ours.test>"; expect 250 }
client c2 { send "RCPT TO:<b2@ours.test>"; expect 250 }
client c3 { send "RCPT TO:<b3@ours.test>"; expect 250 }
client c4 { send "RCPT TO:<b4@ours.test>"; expect 250 }
client c5 { send "RCPT TO:<b5@ours.test>"; expect 250 }
client c6 { send "RCPT TO:<b6@ours.test>"; expect 250 }
client c7 { send "RCPT TO:<b7@ours.test>"; expect 250 }
client c8 { send "RCPT TO:<b8@ours.test>"; expect 250 }
client c9 { send "RCPT TO:<b9@ours.test>"; expect 250 }
client c10 { send "RCPT TO:<b10@ours.test>"; expect 250 }
client c11 { send "RCPT TO:<b11@ours.test>"; expect 250 }
client c12 { send "RCPT TO:<b12@ours.test>"; expect 250 }
client c13 { send "RCPT TO:<b13@ours.test>"; expect 250 }
client c14 { send "RCPT TO:<b14@ours.test>"; expect 250 }
client c15 { send "RCPT TO:<b15@ours.test>"; expect 250 }
client c16 { send "RCPT TO:<b16@ours.test>"; expect 250 }
client c17 { send "RCPT TO:<b17@ours.test>"; expect 250 }
client c18 { send "RCPT TO:<b18@ours.test>"; expect 250 }
expect home sessions-most <= 3
client c1 { send "DATA"; expect 354; send "Subject: 1" "" "half" }
client c2 { send "DATA"; expect 354; send "Subject: 2" "" "half" }
client c3 { send "DATA"; expect 354; send "Subject: 3" "" "half" }
client c4 { send "DATA"; expect 354; send "Subject: 4" "" "half" }
client c5 { send "DATA"; expect 354; send "Subject: 5" "" "half" }
client c6 { send "DATA"; expect 354; send "Subject: 6" "" "half" }
client c7 { send "DATA"; expect 354; send "Subject: 7" "" "half" }
client c8 { send "DATA"; expect 354; send "Subject: 8" "" "half" }
client c9 { send "DATA"; expect 354; send "Subject: 9" "" "half" }
client c10 { send "DATA"; expect 354; send "Subject: 10" "" "half" }
client c11 { send "DATA"; expect 354; send "Subject: 11" "" "half" }
client c12 { send "DATA"; expect 354; send "Subject: 12" "" "half" }
client c13 { send "DATA"; expect 354; send "Subject: 13" "" "half" }
client c14 { send "DATA"; expect 354; send "Subject: 14" "" "half" }
client c15 { send "DATA"; expect 354; send "Subject: 15" "" "half" }
client c16 { send "DATA"; expect 354; send "Subject: 16" "" "half" }
client c17 { send "DATA"; expect 354; send "Subject: 17" "" "half" }
client c18 { send "DATA"; expect 354; send "Subject: 18" "" "half" }
client c1 { send "whole" "."; expect 250; close }
client c2 { send "whole" "."; expect 250; close }
client c3 { send "whole" "."; expect 250; close }
client c4 { send "whole" "."; expect 250; close }
client c5 { send "whole" "."; expect 250; close }
client c6 { send "whole" "."; expect 250; close }
client c7 { send "whole" "."; expect 250; close }
client c8 { send "whole" "."; expect 250; close }
client c9 { send "whole" "."; expect 250; close }
client c10 { send "whole" "."; expect 250; close }
client c11 { send "whole" "."; expect 250; close }
client c12 { send "whole" "."; expect 250; close }
client c13 { send "whole" "."; expect 250; close }
client c14 { send "whole" "."; expect 250; close }
client c15 { send "whole" "."; expect 250; close }
client c16 { send "whole" "."; expect 250; close }
client c17 { send "whole" "."; expect 250; close }
client c18 { send "whole" "."; expect 250; close }
expect home got 18
expect home sessions-most <= 3
expect metric sluice_proxy_gathered_total 18
expect metric sluice_pool_refused_total 0
expect no-log backend-lost
expect log proxied 18 { gathered = yes; verdict = accepted }
expect queue empty
