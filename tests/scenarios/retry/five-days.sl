# The whole life of a message that cannot be delivered: tried for five days, its sender warned once after
# four hours, and told the end.
use usual
server away { answer MAIL "451 4.3.0 not now" }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test }
advance 3h
expect home got 0
advance 6h
expect home got 1
expect home message 1 { from "<>*"; to "a@ours.test"; has "Action: delayed"; has "Will-Retry-Until:" }
expect queue { rcpt x@far.test waiting warned }
advance 110h
expect home got 1
expect queue { rcpt x@far.test waiting warned reason "*451 4.3.0 not now*" }
advance 2h
expect queue empty
expect home got 2
expect home message 2 { has "Action: failed"; has "Status: 4.4.7"; has "451 4.3.0 not now"; after 119h; before 121h }
expect log bounced 1 { to = "x@far.test"; report ~ "failure*" }
