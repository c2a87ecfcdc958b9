# A connection that a client has for itself hears from us in time while he says nothing; one that does not answer is lost.
counts-on-idle
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", via: home, connect: accept } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off } }
"""
server home 192.0.2.31:25 { offer PIPELINING 8BITMIME }
client c1 to 192.0.2.25:25 { hello; wait 119s }
expect metric sluice_proxy_noops_total 0
client c1 { wait 2s }
expect metric sluice_proxy_noops_total 1
client c1 { wait 2m; message a@client.test b@ours.test }
expect metric sluice_proxy_noops_total 2
# Also while he says what does not concern the server, and in the midst of a transaction, where it stays his.
client c1 { wait 90s; send "NOOP"; expect 250; wait 1m }
expect metric sluice_proxy_noops_total 3
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>"; expect 250; expect 250; wait 250s; send "RCPT TO:<d@ours.test>"; expect 250 }
expect metric sluice_proxy_noops_total 5
expect metric sluice_proxy_released_total 0
# Never within a content, which is not gathered here: the connection is busy with nobody else.
client c1 { wait 2s; send "DATA"; expect 354; send "Subject: 2" "" "two"; wait 170s; send "more"; wait 170s; send "."; expect 250 }
expect metric sluice_proxy_noops_total 5
expect metric sluice_proxy_gathered_total 0
expect home message 2 { to "c@ours.test d@ours.test" }
expect home connections 1
# It does not answer: he gets another one, in a transaction by saying the envelope again.
server home { answer NOOP "421 4.3.2 going" close times 1 }
client c1 { wait 130s }
expect log backend-lost 1 { why ~ "*421 4.3.2 going" }
client c1 { message a@client.test e@ours.test }
expect home connections 2
client c2 to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<f@ours.test>"; expect 250; expect 250 }
server home { answer NOOP silence times 1 }
client c2 { wait 200s; send "RCPT TO:<g@ours.test>"; expect 250; data "Subject: 4\n\nfour\n"; expect 250 }
expect log backend-lost 2
expect home message 4 { to "f@ours.test g@ours.test" }
