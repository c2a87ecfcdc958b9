# A recipient that is put off does not hold the others (DESIGN section 9: RCPT 4xx is that recipient's).
use usual
server away { answer RCPT for "busy@*" "450 4.2.1 busy" times 2 }
client c1 to 192.0.2.25:2525 { message a@ours.test x@far.test busy@far.test y@far.test }
advance 5s
expect away message 1 { to "x@far.test y@far.test" }
expect queue { rcpt busy@far.test waiting attempts 1 reason "*450 4.2.1 busy*" }
advance 10m
expect queue empty
expect away got 2
expect away message 2 { to "busy@far.test" }
