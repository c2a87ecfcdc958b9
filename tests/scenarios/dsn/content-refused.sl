# Refused for good behind the content: one report names all.
use usual
server away { answer content "554 5.6.0 not wanted" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test y@far.test }
advance 10s
expect queue empty
expect home got 1
expect home message 1 { has "Final-Recipient: rfc822; x@far.test"; has "Final-Recipient: rfc822; y@far.test"; has "554 5.6.0 not wanted" }
