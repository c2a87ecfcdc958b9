# Each client remembers no more than its share of messages in doubt: whoever sends and breaks off again and again makes
# the program forget his own, never another's.
config """
	hostname: front.test
	postmaster: boss@ours.test
	spool: { path: spool, segment-size: 64KiB }
	listeners: { mx: { for: mx, service: proxy, address: "192.0.2.25:25", dedupe: on } }
	domains: { ours.test: { via: home, recipients: any } }
	hops: { home: { hosts: [ "192.0.2.30:25" ], tls: off } }
"""
server home 192.0.2.30:25 { answer content "250 2.0.0 taken" after 100ms }
client c1 to 192.0.2.25:25 from 192.0.2.77 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <1@x>" "" "."; wait 10ms; reset }
advance 1s
expect metric sluice_proxy_unheard_total = 1
client f1 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <1@x>" "" "."; wait 10ms; reset }
advance 200ms
client f2 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <2@x>" "" "."; wait 10ms; reset }
advance 200ms
client f3 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <3@x>" "" "."; wait 10ms; reset }
advance 200ms
client f4 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <4@x>" "" "."; wait 10ms; reset }
advance 200ms
client f5 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <5@x>" "" "."; wait 10ms; reset }
advance 200ms
client f6 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <6@x>" "" "."; wait 10ms; reset }
advance 200ms
client f7 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <7@x>" "" "."; wait 10ms; reset }
advance 200ms
client f8 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <8@x>" "" "."; wait 10ms; reset }
advance 200ms
client f9 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <9@x>" "" "."; wait 10ms; reset }
advance 200ms
client f10 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <10@x>" "" "."; wait 10ms; reset }
advance 200ms
client f11 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <11@x>" "" "."; wait 10ms; reset }
advance 200ms
client f12 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <12@x>" "" "."; wait 10ms; reset }
advance 200ms
client f13 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <13@x>" "" "."; wait 10ms; reset }
advance 200ms
client f14 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <14@x>" "" "."; wait 10ms; reset }
advance 200ms
client f15 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <15@x>" "" "."; wait 10ms; reset }
advance 200ms
client f16 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <16@x>" "" "."; wait 10ms; reset }
advance 200ms
client f17 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <17@x>" "" "."; wait 10ms; reset }
advance 200ms
client f18 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <18@x>" "" "."; wait 10ms; reset }
advance 200ms
client f19 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <19@x>" "" "."; wait 10ms; reset }
advance 200ms
client f20 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <20@x>" "" "."; wait 10ms; reset }
advance 200ms
client f21 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <21@x>" "" "."; wait 10ms; reset }
advance 200ms
client f22 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <22@x>" "" "."; wait 10ms; reset }
advance 200ms
client f23 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <23@x>" "" "."; wait 10ms; reset }
advance 200ms
client f24 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <24@x>" "" "."; wait 10ms; reset }
advance 200ms
client f25 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <25@x>" "" "."; wait 10ms; reset }
advance 200ms
client f26 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <26@x>" "" "."; wait 10ms; reset }
advance 200ms
client f27 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <27@x>" "" "."; wait 10ms; reset }
advance 200ms
client f28 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <28@x>" "" "."; wait 10ms; reset }
advance 200ms
client f29 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <29@x>" "" "."; wait 10ms; reset }
advance 200ms
client f30 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <30@x>" "" "."; wait 10ms; reset }
advance 200ms
client f31 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <31@x>" "" "."; wait 10ms; reset }
advance 200ms
client f32 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <32@x>" "" "."; wait 10ms; reset }
advance 200ms
client f33 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <33@x>" "" "."; wait 10ms; reset }
advance 200ms
client f34 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <34@x>" "" "."; wait 10ms; reset }
advance 200ms
client f35 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <35@x>" "" "."; wait 10ms; reset }
advance 200ms
client f36 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <36@x>" "" "."; wait 10ms; reset }
advance 200ms
client f37 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <37@x>" "" "."; wait 10ms; reset }
advance 200ms
client f38 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <38@x>" "" "."; wait 10ms; reset }
advance 200ms
client f39 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <39@x>" "" "."; wait 10ms; reset }
advance 200ms
client f40 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <40@x>" "" "."; wait 10ms; reset }
advance 200ms
client f41 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <41@x>" "" "."; wait 10ms; reset }
advance 200ms
client f42 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <42@x>" "" "."; wait 10ms; reset }
advance 200ms
client f43 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <43@x>" "" "."; wait 10ms; reset }
advance 200ms
client f44 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <44@x>" "" "."; wait 10ms; reset }
advance 200ms
client f45 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <45@x>" "" "."; wait 10ms; reset }
advance 200ms
client f46 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <46@x>" "" "."; wait 10ms; reset }
advance 200ms
client f47 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <47@x>" "" "."; wait 10ms; reset }
advance 200ms
client f48 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <48@x>" "" "."; wait 10ms; reset }
advance 200ms
client f49 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <49@x>" "" "."; wait 10ms; reset }
advance 200ms
client f50 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <50@x>" "" "."; wait 10ms; reset }
advance 200ms
client f51 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <51@x>" "" "."; wait 10ms; reset }
advance 200ms
client f52 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <52@x>" "" "."; wait 10ms; reset }
advance 200ms
client f53 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <53@x>" "" "."; wait 10ms; reset }
advance 200ms
client f54 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <54@x>" "" "."; wait 10ms; reset }
advance 200ms
client f55 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <55@x>" "" "."; wait 10ms; reset }
advance 200ms
client f56 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <56@x>" "" "."; wait 10ms; reset }
advance 200ms
client f57 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <57@x>" "" "."; wait 10ms; reset }
advance 200ms
client f58 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <58@x>" "" "."; wait 10ms; reset }
advance 200ms
client f59 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <59@x>" "" "."; wait 10ms; reset }
advance 200ms
client f60 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <60@x>" "" "."; wait 10ms; reset }
advance 200ms
client f61 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <61@x>" "" "."; wait 10ms; reset }
advance 200ms
client f62 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <62@x>" "" "."; wait 10ms; reset }
advance 200ms
client f63 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <63@x>" "" "."; wait 10ms; reset }
advance 200ms
client f64 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <64@x>" "" "."; wait 10ms; reset }
advance 200ms
expect metric sluice_proxy_unheard_total = 65
expect metric sluice_proxy_doubts_displaced_total = 0
client f65 to 192.0.2.25:25 from 198.51.100.1 { skip 1; send "EHLO x"; skip 1; send "MAIL FROM:<>" "RCPT TO:<b@ours.test>" "DATA"; skip 3; send "Message-ID: <65@x>" "" "."; wait 10ms; reset }
advance 200ms
expect metric sluice_proxy_doubts_displaced_total = 1
expect home got 66
# Its second and its last are known, its first is not; the other's is, whatever worker is asked.
client c2 to 192.0.2.25:25 from 198.51.100.1 {
	hello
	send "MAIL FROM:<>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Message-ID: <2@x>" "" "."; expect 250 has "Duplicate of"
	send "MAIL FROM:<>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Message-ID: <65@x>" "" "."; expect 250 has "Duplicate of"
	send "MAIL FROM:<>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Message-ID: <1@x>" "" "."; expect 250 lacks "Duplicate"
	send "QUIT"; expect 221; expect end
}
kill workers
advance 1s
client c3 to 192.0.2.25:25 from 198.51.100.1 {
	hello
	send "MAIL FROM:<>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Message-ID: <2@x>" "" "."; expect 250 has "Duplicate of"
	close
}
client c4 to 192.0.2.25:25 from 192.0.2.77 {
	hello
	send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250
	send "DATA"; expect 354; send "Message-ID: <1@x>" "" "."; expect 250 has "Duplicate of"
	close
}
expect home got 67
