# The true end of data, whole and in pieces: what stands behind it are the client's own commands, and a second message
# is one. By BDAT it is text.
use proxy

server home { offer "PIPELINING" "8BITMIME" }
client whole to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 1 { to "b@ours.test"; body "a\n" }
expect home message 2 { to "smuggled@ours.test"; body "evil\n" }
client whole to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 109 LAST\r\nSubject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 3 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client cut to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n."; wait 10ms; raw "\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 4 { to "b@ours.test"; body "a\n" }
expect home message 5 { to "smuggled@ours.test"; body "evil\n" }
client cut to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 18\r\nSubject: x\r\n\r\na\r\n."; expect 250; raw "BDAT 91 LAST\r\n\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 6 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client torn to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r"; wait 10ms; raw "\n."; wait 10ms; raw "\r"; wait 10ms; raw "\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 7 { to "b@ours.test"; body "a\n" }
expect home message 8 { to "smuggled@ours.test"; body "evil\n" }
client torn to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 16\r\nSubject: x\r\n\r\na\r"; expect 250; raw "BDAT 2\r\n\n."; expect 250; raw "BDAT 1\r\n\r"; expect 250; raw "BDAT 90 LAST\r\n\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 9 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client whole to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 10 { to "b@ours.test"; body "a\n" }
expect home message 11 { to "smuggled@ours.test"; body "evil\n" }
client whole to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 109 LAST\r\nSubject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 12 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client cut to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n."; wait 10ms; raw "\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 13 { to "b@ours.test"; body "a\n" }
expect home message 14 { to "smuggled@ours.test"; body "evil\n" }
client cut to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 18\r\nSubject: x\r\n\r\na\r\n."; expect 250; raw "BDAT 91 LAST\r\n\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 15 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client torn to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r"; wait 10ms; raw "\n."; wait 10ms; raw "\r"; wait 10ms; raw "\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 16 { to "b@ours.test"; body "a\n" }
expect home message 17 { to "smuggled@ours.test"; body "evil\n" }
client torn to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 16\r\nSubject: x\r\n\r\na\r"; expect 250; raw "BDAT 2\r\n\n."; expect 250; raw "BDAT 1\r\n\r"; expect 250; raw "BDAT 90 LAST\r\n\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 18 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }

advance 10s                                      # no connection is kept
server home { offer "PIPELINING" "8BITMIME" "CHUNKING" }
client whole to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 19 { to "b@ours.test"; body "a\n" }
expect home message 20 { to "smuggled@ours.test"; body "evil\n" }
client whole to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 109 LAST\r\nSubject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 21 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client cut to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n."; wait 10ms; raw "\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 22 { to "b@ours.test"; body "a\n" }
expect home message 23 { to "smuggled@ours.test"; body "evil\n" }
client cut to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 18\r\nSubject: x\r\n\r\na\r\n."; expect 250; raw "BDAT 91 LAST\r\n\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 24 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client torn to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r"; wait 10ms; raw "\n."; wait 10ms; raw "\r"; wait 10ms; raw "\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 25 { to "b@ours.test"; body "a\n" }
expect home message 26 { to "smuggled@ours.test"; body "evil\n" }
client torn to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 16\r\nSubject: x\r\n\r\na\r"; expect 250; raw "BDAT 2\r\n\n."; expect 250; raw "BDAT 1\r\n\r"; expect 250; raw "BDAT 90 LAST\r\n\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 27 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client whole to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 28 { to "b@ours.test"; body "a\n" }
expect home message 29 { to "smuggled@ours.test"; body "evil\n" }
client whole to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 109 LAST\r\nSubject: x\r\n\r\na\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 30 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client cut to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\n."; wait 10ms; raw "\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 31 { to "b@ours.test"; body "a\n" }
expect home message 32 { to "smuggled@ours.test"; body "evil\n" }
client cut to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 18\r\nSubject: x\r\n\r\na\r\n."; expect 250; raw "BDAT 91 LAST\r\n\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 33 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }
client torn to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r"; wait 10ms; raw "\n."; wait 10ms; raw "\r"; wait 10ms; raw "\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 34 { to "b@ours.test"; body "a\n" }
expect home message 35 { to "smuggled@ours.test"; body "evil\n" }
client torn to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 16\r\nSubject: x\r\n\r\na\r"; expect 250; raw "BDAT 2\r\n\n."; expect 250; raw "BDAT 1\r\n\r"; expect 250; raw "BDAT 90 LAST\r\n\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 36 { to "b@ours.test"; body "a\n.\nMAIL FROM:<evil@client.test>\nRCPT TO:<smuggled@ours.test>\nDATA\nSubject: y\n\nevil\n.\n" }

# Behind a carriage return too many it is the true end all the same: that message is refused, the next one is the client's.
client crcrlf to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 550; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 37 { to "smuggled@ours.test"; body "evil\n" }
client crcrlf to 192.0.2.25:25 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 110 LAST\r\nSubject: x\r\n\r\na\r\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 550; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
client crcrlf to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>" "DATA"; expect 250; expect 250; expect 354; raw "Subject: x\r\n\r\na\r\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 550; expect 250; expect 250; expect 354; expect 250; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }
expect home message 38 { to "smuggled@ours.test"; body "evil\n" }
client crcrlf to 192.0.2.25:2525 { hello; send "MAIL FROM:<a@client.test>" "RCPT TO:<b@ours.test>"; expect 250; expect 250; raw "BDAT 110 LAST\r\nSubject: x\r\n\r\na\r\r\n.\r\nMAIL FROM:<evil@client.test>\r\nRCPT TO:<smuggled@ours.test>\r\nDATA\r\nSubject: y\r\n\r\nevil\r\n.\r\n"; expect 550; send "NOOP" "QUIT"; expect 250 "2.0.0 OK"; expect 221; expect end }

expect home got 38
expect queue empty
