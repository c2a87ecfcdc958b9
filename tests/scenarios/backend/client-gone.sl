# A client that goes away: before the content its backend is asked to forget, within it nothing is ended there, and
# behind its end the backend's answer is logged, though nobody hears it.
use backend
client early to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<early@one.test>"; expect 250; expect 250; reset }
advance 1s
expect log proxied 1 { verdict = client-lost; to = "early@one.test" }
client early to 192.0.2.25:25 { message a@client.test next@one.test; close }
expect one connections 1
mark
client within to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<within@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c"; reset }
advance 1s
expect log proxied 1 { verdict = client-lost; to = "within@one.test" }
client half to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<half@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c"; raw "\r\n."; reset }
advance 10s
server one { offer PIPELINING CHUNKING }
client chunks to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<chunks@one.test>"; expect 250; expect 250; chunk "a: b\n\nc\n"; expect 250; reset }
client last to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<last@one.test>"; expect 250; expect 250; raw "BDAT 8 LAST\r\na: b\r\n\r"; reset }
advance 10s
expect one got 1
mark
server one { forget; answer content "250 2.0.0 taken" after 5s }
client behind to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<behind@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c" "."; wait 1s; reset }
advance 10s
expect one got 2
expect log proxied 1 { verdict = accepted; to = "behind@one.test"; said = "250 2.0.0 taken" }
mark
server one { forget; answer content "554 5.7.1 spam" after 5s }
client refused to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<refused@one.test>" "DATA"; expect 250; expect 250; expect 354; send "a: b" "" "c" "."; wait 1s; reset }
advance 10s
expect one got 2
expect log proxied 1 { verdict = rejected; to = "refused@one.test"; said = "554 5.7.1 spam" }
