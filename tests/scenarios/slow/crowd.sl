# Sixty slow clients at once, and three connections to the server behind them: a slow client has one only while it is answered.
use slow
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
client c19 to 192.0.2.25:25 from 198.51.100.19 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c20 to 192.0.2.25:25 from 198.51.100.20 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c21 to 192.0.2.25:25 from 198.51.100.21 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c22 to 192.0.2.25:25 from 198.51.100.22 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c23 to 192.0.2.25:25 from 198.51.100.23 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c24 to 192.0.2.25:25 from 198.51.100.24 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c25 to 192.0.2.25:25 from 198.51.100.25 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c26 to 192.0.2.25:25 from 198.51.100.26 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c27 to 192.0.2.25:25 from 198.51.100.27 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c28 to 192.0.2.25:25 from 198.51.100.28 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c29 to 192.0.2.25:25 from 198.51.100.29 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c30 to 192.0.2.25:25 from 198.51.100.30 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c31 to 192.0.2.25:25 from 198.51.100.31 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c32 to 192.0.2.25:25 from 198.51.100.32 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c33 to 192.0.2.25:25 from 198.51.100.33 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c34 to 192.0.2.25:25 from 198.51.100.34 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c35 to 192.0.2.25:25 from 198.51.100.35 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c36 to 192.0.2.25:25 from 198.51.100.36 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c37 to 192.0.2.25:25 from 198.51.100.37 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c38 to 192.0.2.25:25 from 198.51.100.38 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c39 to 192.0.2.25:25 from 198.51.100.39 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c40 to 192.0.2.25:25 from 198.51.100.40 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c41 to 192.0.2.25:25 from 198.51.100.41 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c42 to 192.0.2.25:25 from 198.51.100.42 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c43 to 192.0.2.25:25 from 198.51.100.43 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c44 to 192.0.2.25:25 from 198.51.100.44 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c45 to 192.0.2.25:25 from 198.51.100.45 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c46 to 192.0.2.25:25 from 198.51.100.46 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c47 to 192.0.2.25:25 from 198.51.100.47 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c48 to 192.0.2.25:25 from 198.51.100.48 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c49 to 192.0.2.25:25 from 198.51.100.49 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c50 to 192.0.2.25:25 from 198.51.100.50 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c51 to 192.0.2.25:25 from 198.51.100.51 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c52 to 192.0.2.25:25 from 198.51.100.52 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c53 to 192.0.2.25:25 from 198.51.100.53 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c54 to 192.0.2.25:25 from 198.51.100.54 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c55 to 192.0.2.25:25 from 198.51.100.55 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c56 to 192.0.2.25:25 from 198.51.100.56 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c57 to 192.0.2.25:25 from 198.51.100.57 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c58 to 192.0.2.25:25 from 198.51.100.58 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c59 to 192.0.2.25:25 from 198.51.100.59 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
client c60 to 192.0.2.25:25 from 198.51.100.60 { hello; send "MAIL FROM:<a@client.test>"; expect 250 }
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
client c19 { send "RCPT TO:<b19@ours.test>"; expect 250 }
client c20 { send "RCPT TO:<b20@ours.test>"; expect 250 }
client c21 { send "RCPT TO:<b21@ours.test>"; expect 250 }
client c22 { send "RCPT TO:<b22@ours.test>"; expect 250 }
client c23 { send "RCPT TO:<b23@ours.test>"; expect 250 }
client c24 { send "RCPT TO:<b24@ours.test>"; expect 250 }
client c25 { send "RCPT TO:<b25@ours.test>"; expect 250 }
client c26 { send "RCPT TO:<b26@ours.test>"; expect 250 }
client c27 { send "RCPT TO:<b27@ours.test>"; expect 250 }
client c28 { send "RCPT TO:<b28@ours.test>"; expect 250 }
client c29 { send "RCPT TO:<b29@ours.test>"; expect 250 }
client c30 { send "RCPT TO:<b30@ours.test>"; expect 250 }
client c31 { send "RCPT TO:<b31@ours.test>"; expect 250 }
client c32 { send "RCPT TO:<b32@ours.test>"; expect 250 }
client c33 { send "RCPT TO:<b33@ours.test>"; expect 250 }
client c34 { send "RCPT TO:<b34@ours.test>"; expect 250 }
client c35 { send "RCPT TO:<b35@ours.test>"; expect 250 }
client c36 { send "RCPT TO:<b36@ours.test>"; expect 250 }
client c37 { send "RCPT TO:<b37@ours.test>"; expect 250 }
client c38 { send "RCPT TO:<b38@ours.test>"; expect 250 }
client c39 { send "RCPT TO:<b39@ours.test>"; expect 250 }
client c40 { send "RCPT TO:<b40@ours.test>"; expect 250 }
client c41 { send "RCPT TO:<b41@ours.test>"; expect 250 }
client c42 { send "RCPT TO:<b42@ours.test>"; expect 250 }
client c43 { send "RCPT TO:<b43@ours.test>"; expect 250 }
client c44 { send "RCPT TO:<b44@ours.test>"; expect 250 }
client c45 { send "RCPT TO:<b45@ours.test>"; expect 250 }
client c46 { send "RCPT TO:<b46@ours.test>"; expect 250 }
client c47 { send "RCPT TO:<b47@ours.test>"; expect 250 }
client c48 { send "RCPT TO:<b48@ours.test>"; expect 250 }
client c49 { send "RCPT TO:<b49@ours.test>"; expect 250 }
client c50 { send "RCPT TO:<b50@ours.test>"; expect 250 }
client c51 { send "RCPT TO:<b51@ours.test>"; expect 250 }
client c52 { send "RCPT TO:<b52@ours.test>"; expect 250 }
client c53 { send "RCPT TO:<b53@ours.test>"; expect 250 }
client c54 { send "RCPT TO:<b54@ours.test>"; expect 250 }
client c55 { send "RCPT TO:<b55@ours.test>"; expect 250 }
client c56 { send "RCPT TO:<b56@ours.test>"; expect 250 }
client c57 { send "RCPT TO:<b57@ours.test>"; expect 250 }
client c58 { send "RCPT TO:<b58@ours.test>"; expect 250 }
client c59 { send "RCPT TO:<b59@ours.test>"; expect 250 }
client c60 { send "RCPT TO:<b60@ours.test>"; expect 250 }
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
client c19 { send "DATA"; expect 354; send "Subject: 19" "" "half" }
client c20 { send "DATA"; expect 354; send "Subject: 20" "" "half" }
client c21 { send "DATA"; expect 354; send "Subject: 21" "" "half" }
client c22 { send "DATA"; expect 354; send "Subject: 22" "" "half" }
client c23 { send "DATA"; expect 354; send "Subject: 23" "" "half" }
client c24 { send "DATA"; expect 354; send "Subject: 24" "" "half" }
client c25 { send "DATA"; expect 354; send "Subject: 25" "" "half" }
client c26 { send "DATA"; expect 354; send "Subject: 26" "" "half" }
client c27 { send "DATA"; expect 354; send "Subject: 27" "" "half" }
client c28 { send "DATA"; expect 354; send "Subject: 28" "" "half" }
client c29 { send "DATA"; expect 354; send "Subject: 29" "" "half" }
client c30 { send "DATA"; expect 354; send "Subject: 30" "" "half" }
client c31 { send "DATA"; expect 354; send "Subject: 31" "" "half" }
client c32 { send "DATA"; expect 354; send "Subject: 32" "" "half" }
client c33 { send "DATA"; expect 354; send "Subject: 33" "" "half" }
client c34 { send "DATA"; expect 354; send "Subject: 34" "" "half" }
client c35 { send "DATA"; expect 354; send "Subject: 35" "" "half" }
client c36 { send "DATA"; expect 354; send "Subject: 36" "" "half" }
client c37 { send "DATA"; expect 354; send "Subject: 37" "" "half" }
client c38 { send "DATA"; expect 354; send "Subject: 38" "" "half" }
client c39 { send "DATA"; expect 354; send "Subject: 39" "" "half" }
client c40 { send "DATA"; expect 354; send "Subject: 40" "" "half" }
client c41 { send "DATA"; expect 354; send "Subject: 41" "" "half" }
client c42 { send "DATA"; expect 354; send "Subject: 42" "" "half" }
client c43 { send "DATA"; expect 354; send "Subject: 43" "" "half" }
client c44 { send "DATA"; expect 354; send "Subject: 44" "" "half" }
client c45 { send "DATA"; expect 354; send "Subject: 45" "" "half" }
client c46 { send "DATA"; expect 354; send "Subject: 46" "" "half" }
client c47 { send "DATA"; expect 354; send "Subject: 47" "" "half" }
client c48 { send "DATA"; expect 354; send "Subject: 48" "" "half" }
client c49 { send "DATA"; expect 354; send "Subject: 49" "" "half" }
client c50 { send "DATA"; expect 354; send "Subject: 50" "" "half" }
client c51 { send "DATA"; expect 354; send "Subject: 51" "" "half" }
client c52 { send "DATA"; expect 354; send "Subject: 52" "" "half" }
client c53 { send "DATA"; expect 354; send "Subject: 53" "" "half" }
client c54 { send "DATA"; expect 354; send "Subject: 54" "" "half" }
client c55 { send "DATA"; expect 354; send "Subject: 55" "" "half" }
client c56 { send "DATA"; expect 354; send "Subject: 56" "" "half" }
client c57 { send "DATA"; expect 354; send "Subject: 57" "" "half" }
client c58 { send "DATA"; expect 354; send "Subject: 58" "" "half" }
client c59 { send "DATA"; expect 354; send "Subject: 59" "" "half" }
client c60 { send "DATA"; expect 354; send "Subject: 60" "" "half" }
# None of them is there while they send; a quick client is not kept waiting by them.
client quick to 192.0.2.25:25 { message a@client.test q@ours.test }
expect home got 1
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
client c19 { send "whole" "."; expect 250; close }
client c20 { send "whole" "."; expect 250; close }
client c21 { send "whole" "."; expect 250; close }
client c22 { send "whole" "."; expect 250; close }
client c23 { send "whole" "."; expect 250; close }
client c24 { send "whole" "."; expect 250; close }
client c25 { send "whole" "."; expect 250; close }
client c26 { send "whole" "."; expect 250; close }
client c27 { send "whole" "."; expect 250; close }
client c28 { send "whole" "."; expect 250; close }
client c29 { send "whole" "."; expect 250; close }
client c30 { send "whole" "."; expect 250; close }
client c31 { send "whole" "."; expect 250; close }
client c32 { send "whole" "."; expect 250; close }
client c33 { send "whole" "."; expect 250; close }
client c34 { send "whole" "."; expect 250; close }
client c35 { send "whole" "."; expect 250; close }
client c36 { send "whole" "."; expect 250; close }
client c37 { send "whole" "."; expect 250; close }
client c38 { send "whole" "."; expect 250; close }
client c39 { send "whole" "."; expect 250; close }
client c40 { send "whole" "."; expect 250; close }
client c41 { send "whole" "."; expect 250; close }
client c42 { send "whole" "."; expect 250; close }
client c43 { send "whole" "."; expect 250; close }
client c44 { send "whole" "."; expect 250; close }
client c45 { send "whole" "."; expect 250; close }
client c46 { send "whole" "."; expect 250; close }
client c47 { send "whole" "."; expect 250; close }
client c48 { send "whole" "."; expect 250; close }
client c49 { send "whole" "."; expect 250; close }
client c50 { send "whole" "."; expect 250; close }
client c51 { send "whole" "."; expect 250; close }
client c52 { send "whole" "."; expect 250; close }
client c53 { send "whole" "."; expect 250; close }
client c54 { send "whole" "."; expect 250; close }
client c55 { send "whole" "."; expect 250; close }
client c56 { send "whole" "."; expect 250; close }
client c57 { send "whole" "."; expect 250; close }
client c58 { send "whole" "."; expect 250; close }
client c59 { send "whole" "."; expect 250; close }
client c60 { send "whole" "."; expect 250; close }
expect home got 61
expect home sessions-most <= 3
expect metric sluice_proxy_gathered_total 60
expect metric sluice_pool_refused_total 0
expect no-log backend-lost
expect log proxied 60 { gathered = yes; verdict = accepted }
expect queue empty
