# As few-places.sl, by BDAT: what has not come whole yet is gathered.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 256KiB }
	delivery: { idle-timeout: 4m }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25" } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.31:25" ], tls: off, max-connections: 1, waiting-timeout: 1s } }
"""
server home 192.0.2.31:25 { offer PIPELINING CHUNKING 8BITMIME }
client c1 to 192.0.2.25:25 from 198.51.100.1 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; chunk "Subject: 1\n\none\n"; expect 250 }
client c2 to 192.0.2.25:25 from 198.51.100.2 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<c@ours.test>"; expect 250; expect 250; raw "BDAT 40 LAST\r\nSubject: 2\r\n\r\n" }
client c3 to 192.0.2.25:25 from 198.51.100.3 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<d@ours.test>"; expect 250; expect 250; chunk "Subject: 3\n\nthree\n" last; expect 250 }
expect metric sluice_proxy_gathered_total 2
expect log proxied 1 { to = "d@ours.test"; gathered absent; verdict = accepted }
client c1 { chunk "two\n"; expect 250; chunk "three\n" last; expect 250 }
expect home message 2 { to "b@ours.test"; body "one\ntwo\nthree\n" }
client c2 { raw "01234567890123456789012345"; expect 250 }
expect home message 3 { to "c@ours.test"; has "01234567890123456789012345" }
# In hand between the chunks, for a while.
client c1 { send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; chunk "Subject: 4\n\nfour\n"; expect 250; wait 500ms; chunk "five\n" last; expect 250 }
expect log proxied 1 { to = "b@ours.test"; gathered = yes; released = 0 }
expect home got 4
expect home sessions-most <= 1
expect queue empty
