/* What a server behind a front may do wrong, at each stage, and what the client hears of it: never more
 * than "try again later", and never 250 unless that server took the message. As coverage_rows.c. The
 * client is named after the fault, as is the recipient; `one` is alone, `bad` has `good` beside it. */
#include "coverage.h"

#define GROUP(stage) "a server behind us, at " stage

/* It says something. told: to the client where it is alone; then: where it has a neighbour. */
#define SAYS(stage, what, name, said, told, then)                                                  \
	{                                                                                          \
		GROUP(stage), what,                                                                \
		{                                                                                  \
			"server one " stage " *=> " said, "client " name " " told "*",             \
				"server bad " stage " *=> " said, "client " name " " then "*"      \
		}                                                                                  \
	}
/* It says nothing or not enough, and does something. */
#define DOES(stage, what, name, said, does, told, then)                                            \
	{                                                                                          \
		GROUP(stage), what,                                                                \
		{                                                                                  \
			"server one " stage " *=> " said, "server one " does,                      \
				"client " name " " told "*", "server bad " stage " *=> " said,     \
				"server bad " does, "client " name " " then "*"                    \
		}                                                                                  \
	}
/* The same, and its neighbour takes the message: the client sees nothing. */
#define SAYS_REPLACED(stage, what, name, said, told)                                               \
	{                                                                                          \
		GROUP(stage), what ": replaced",                                                   \
		{                                                                                  \
			"server one " stage " *=> " said, "client " name " " told "*",             \
				"server bad " stage " *=> " said,                                  \
				"server good got *to " name "@two.test *",                         \
				"client " name " data content 250 2.0.0 taken"                     \
		}                                                                                  \
	}
#define DOES_REPLACED(stage, what, name, said, does, told)                                         \
	{                                                                                          \
		GROUP(stage), what ": replaced",                                                   \
		{                                                                                  \
			"server one " stage " *=> " said, "server one " does,                      \
				"client " name " " told "*", "server bad " stage " *=> " said,     \
				"server bad " does, "server good got *to " name "@two.test *",     \
				"client " name " data content 250 2.0.0 taken"                     \
		}                                                                                  \
	}
/* It has no neighbour, since none would help. */
#define SAYS_ALONE(stage, verb, what, name, said, told)                                            \
	{                                                                                          \
		GROUP(stage), what,                                                                \
		{                                                                                  \
			"server one EHLO *CHUNKING*", "server one " verb " *=> " said,             \
				"client " name " " told "*"                                        \
		}                                                                                  \
	}
#define DOES_ALONE(stage, verb, what, name, said, does, told)                                      \
	{                                                                                          \
		GROUP(stage), what,                                                                \
		{                                                                                  \
			"server one EHLO *CHUNKING*", "server one " verb " *=> " said,             \
				"server one " does, "client " name " " told "*"                    \
		}                                                                                  \
	}

const struct coverage_row coverage_backend_rows[] = {
	DOES_REPLACED("greeting", "says nothing", "silence", "(nothing)", "is silent",
		"mail RCPT 451 4.4.1"),
	DOES_REPLACED(
		"greeting", "hangs up", "close", "(nothing)", "closes", "mail RCPT 451 4.4.1"),
	DOES_REPLACED("greeting", "resets the connection", "reset", "(nothing)", "resets",
		"mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "421, and stays", "bye", "421 *", "mail RCPT 451 4.4.1"),
	DOES_REPLACED("greeting", "421, and hangs up", "bye-close", "421 *", "closes",
		"mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "4xx", "later", "451 4.7.9*", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "5xx", "never", "554 5.3.9*", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "3xx", "asks", "354 *", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "2xx", "sure", "250 2.9.9*", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED(
		"greeting", "no reply at all", "nonsense", "who are you", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "lines of different codes", "unlike", "250-one|251 two",
		"mail RCPT 451 4.4.1"),
	DOES_REPLACED("greeting", "a reply that has no end", "flood", "(nothing)", "floods",
		"mail RCPT 451 4.4.1"),
	DOES_REPLACED("greeting", "a line that has no end", "long", "(nothing)", "has no end",
		"mail RCPT 451 4.4.1"),
	SAYS_REPLACED("greeting", "two replies", "twice", "*one|* two", "mail RCPT 451 4.4.1"),
	DOES_REPLACED(
		"EHLO", "says nothing", "silence", "(nothing)", "is silent", "mail RCPT 451 4.4.1"),
	DOES_REPLACED("EHLO", "hangs up", "close", "(nothing)", "closes", "mail RCPT 451 4.4.1"),
	DOES_REPLACED("EHLO", "resets the connection", "reset", "(nothing)", "resets",
		"mail RCPT 451 4.4.1"),
	SAYS_REPLACED("EHLO", "421, and stays", "bye", "421 *", "mail RCPT 451 4.4.1"),
	DOES_REPLACED(
		"EHLO", "421, and hangs up", "bye-close", "421 *", "closes", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("EHLO", "4xx", "later", "451 4.7.9*", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("EHLO", "5xx", "never", "554 5.3.9*", "mail RCPT 451 4.3.5"),
	SAYS_REPLACED("EHLO", "3xx", "asks", "354 *", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("EHLO", "no reply at all", "nonsense", "who are you", "mail RCPT 451 4.4.1"),
	SAYS_REPLACED("EHLO", "lines of different codes", "unlike", "250-one|251 two",
		"mail RCPT 451 4.4.1"),
	DOES_REPLACED("EHLO", "a reply that has no end", "flood", "(nothing)", "floods",
		"mail RCPT 451 4.4.1"),
	DOES_REPLACED("EHLO", "a line that has no end", "long", "(nothing)", "has no end",
		"mail RCPT 451 4.4.1"),
	SAYS_REPLACED("EHLO", "two replies", "twice", "*one|* two", "mail RCPT 451 4.4.2"),
	DOES_REPLACED(
		"MAIL", "says nothing", "silence", "(nothing)", "is silent", "mail RCPT 451 4.4.2"),
	DOES_REPLACED("MAIL", "hangs up", "close", "(nothing)", "closes", "mail RCPT 451 4.4.2"),
	DOES_REPLACED("MAIL", "resets the connection", "reset", "(nothing)", "resets",
		"mail RCPT 451 4.4.2"),
	SAYS_REPLACED("MAIL", "421, and stays", "bye", "421 *", "mail RCPT 451 4.3.2"),
	DOES_REPLACED(
		"MAIL", "421, and hangs up", "bye-close", "421 *", "closes", "mail RCPT 451 4.3.2"),
	SAYS("MAIL", "4xx", "later", "451 4.7.9*", "mail RCPT 451 4.7.9", "mail RCPT 451 4.7.9"),
	SAYS("MAIL", "5xx", "never", "554 5.3.9*", "mail RCPT 554 5.3.9", "mail RCPT 554 5.3.9"),
	SAYS_REPLACED("MAIL", "3xx", "asks", "354 *", "mail RCPT 451 4.4.2"),
	SAYS_REPLACED("MAIL", "no reply at all", "nonsense", "who are you", "mail RCPT 451 4.4.2"),
	SAYS_REPLACED("MAIL", "lines of different codes", "unlike", "250-one|251 two",
		"mail RCPT 451 4.4.2"),
	DOES_REPLACED("MAIL", "a reply that has no end", "flood", "(nothing)", "floods",
		"mail RCPT 451 4.4.2"),
	DOES_REPLACED("MAIL", "a line that has no end", "long", "(nothing)", "has no end",
		"mail RCPT 451 4.4.2"),
	SAYS_REPLACED("MAIL", "two replies", "twice", "*one|* two", "rcpt DATA 451 4.4.2"),
	DOES_REPLACED(
		"RCPT", "says nothing", "silence", "(nothing)", "is silent", "mail RCPT 451 4.4.2"),
	DOES_REPLACED("RCPT", "hangs up", "close", "(nothing)", "closes", "mail RCPT 451 4.4.2"),
	DOES_REPLACED("RCPT", "resets the connection", "reset", "(nothing)", "resets",
		"mail RCPT 451 4.4.2"),
	SAYS_REPLACED("RCPT", "421, and stays", "bye", "421 *", "mail RCPT 451 4.3.2"),
	DOES_REPLACED(
		"RCPT", "421, and hangs up", "bye-close", "421 *", "closes", "mail RCPT 451 4.3.2"),
	SAYS("RCPT", "4xx", "later", "451 4.7.9*", "mail RCPT 451 4.7.9", "mail RCPT 451 4.7.9"),
	SAYS("RCPT", "5xx", "never", "554 5.3.9*", "mail RCPT 554 5.3.9", "mail RCPT 554 5.3.9"),
	SAYS_REPLACED("RCPT", "3xx", "asks", "354 *", "mail RCPT 451 4.4.2"),
	SAYS_REPLACED("RCPT", "no reply at all", "nonsense", "who are you", "mail RCPT 451 4.4.2"),
	SAYS_REPLACED("RCPT", "lines of different codes", "unlike", "250-one|251 two",
		"mail RCPT 451 4.4.2"),
	DOES_REPLACED("RCPT", "a reply that has no end", "flood", "(nothing)", "floods",
		"mail RCPT 451 4.4.2"),
	DOES_REPLACED("RCPT", "a line that has no end", "long", "(nothing)", "has no end",
		"mail RCPT 451 4.4.2"),
	SAYS_REPLACED("RCPT", "two replies", "twice", "*one|* two", "rcpt DATA 451 4.4.2"),
	DOES_REPLACED(
		"DATA", "says nothing", "silence", "(nothing)", "is silent", "rcpt DATA 451 4.4.2"),
	DOES_REPLACED("DATA", "hangs up", "close", "(nothing)", "closes", "rcpt DATA 451 4.4.2"),
	DOES_REPLACED("DATA", "resets the connection", "reset", "(nothing)", "resets",
		"rcpt DATA 451 4.4.2"),
	SAYS_REPLACED("DATA", "421, and stays", "bye", "421 *", "rcpt DATA 451 4.3.2"),
	DOES_REPLACED(
		"DATA", "421, and hangs up", "bye-close", "421 *", "closes", "rcpt DATA 451 4.3.2"),
	SAYS("DATA", "4xx", "later", "451 4.7.9*", "rcpt DATA 451 4.7.9", "rcpt DATA 451 4.7.9"),
	SAYS("DATA", "5xx", "never", "554 5.3.9*", "rcpt DATA 554 5.3.9", "rcpt DATA 554 5.3.9"),
	SAYS_REPLACED("DATA", "3xx", "asks", "334 *", "rcpt DATA 451 4.4.2"),
	SAYS_REPLACED("DATA", "2xx", "sure", "250 2.9.9*", "rcpt DATA 451 4.4.2"),
	SAYS_REPLACED("DATA", "no reply at all", "nonsense", "who are you", "rcpt DATA 451 4.4.2"),
	SAYS_REPLACED("DATA", "lines of different codes", "unlike", "250-one|251 two",
		"rcpt DATA 451 4.4.2"),
	DOES_REPLACED("DATA", "a reply that has no end", "flood", "(nothing)", "floods",
		"rcpt DATA 451 4.4.2"),
	DOES_REPLACED("DATA", "a line that has no end", "long", "(nothing)", "has no end",
		"rcpt DATA 451 4.4.2"),
	SAYS("DATA", "two replies", "twice", "*one|* two", "data content 451 4.4.2",
		"data content 451 4.4.2"),
	DOES("content", "says nothing", "silence", "(nothing)", "is silent",
		"data content 451 4.4.2", "data content 451 4.4.2"),
	DOES("content", "hangs up", "close", "(nothing)", "closes", "data content 451 4.4.2",
		"data content 451 4.4.2"),
	DOES("content", "resets the connection", "reset", "(nothing)", "resets",
		"data content 451 4.4.2", "data content 451 4.4.2"),
	SAYS("content", "421, and stays", "bye", "421 *", "data content 451 4.3.2",
		"data content 451 4.3.2"),
	DOES("content", "421, and hangs up", "bye-close", "421 *", "closes",
		"data content 451 4.3.2", "data content 451 4.3.2"),
	SAYS("content", "4xx", "later", "451 4.7.9*", "data content 451 4.7.9",
		"data content 451 4.7.9"),
	SAYS("content", "5xx", "never", "554 5.3.9*", "data content 554 5.3.9",
		"data content 554 5.3.9"),
	SAYS("content", "3xx", "asks", "354 *", "data content 451 4.4.2", "data content 451 4.4.2"),
	SAYS("content", "no reply at all", "nonsense", "who are you", "data content 451 4.4.2",
		"data content 451 4.4.2"),
	SAYS("content", "lines of different codes", "unlike", "450-one|451 two",
		"data content 451 4.4.2", "data content 451 4.4.2"),
	DOES("content", "a reply that has no end", "flood", "(nothing)", "floods",
		"data content 451 4.4.2", "data content 451 4.4.2"),
	DOES("content", "a line that has no end", "long", "(nothing)", "has no end",
		"data content 451 4.4.2", "data content 451 4.4.2"),
	SAYS("content", "two replies", "twice", "*one|* two", "data content 250 2.0.0",
		"data content 250 2.0.0"),
	DOES_ALONE("the last chunk", "content", "says nothing", "silence", "(nothing)", "is silent",
		"bdat BDAT 451 4.4.2"),
	DOES_ALONE("the last chunk", "content", "hangs up", "close", "(nothing)", "closes",
		"bdat BDAT 451 4.4.2"),
	DOES_ALONE("the last chunk", "content", "resets the connection", "reset", "(nothing)",
		"resets", "bdat BDAT 451 4.4.2"),
	SAYS_ALONE("the last chunk", "content", "421, and stays", "bye", "421 *",
		"bdat BDAT 451 4.3.2"),
	DOES_ALONE("the last chunk", "content", "421, and hangs up", "bye-close", "421 *", "closes",
		"bdat BDAT 451 4.3.2"),
	SAYS_ALONE(
		"the last chunk", "content", "4xx", "later", "451 4.7.9*", "bdat BDAT 451 4.7.9"),
	SAYS_ALONE(
		"the last chunk", "content", "5xx", "never", "554 5.3.9*", "bdat BDAT 554 5.3.9"),
	SAYS_ALONE("the last chunk", "content", "3xx", "asks", "354 *", "bdat BDAT 451 4.4.2"),
	SAYS_ALONE("the last chunk", "content", "no reply at all", "nonsense", "who are you",
		"bdat BDAT 451 4.4.2"),
	SAYS_ALONE("the last chunk", "content", "lines of different codes", "unlike",
		"450-one|451 two", "bdat BDAT 451 4.4.2"),
	DOES_ALONE("the last chunk", "content", "a reply that has no end", "flood", "(nothing)",
		"floods", "bdat BDAT 451 4.4.2"),
	DOES_ALONE("the last chunk", "content", "a line that has no end", "long", "(nothing)",
		"has no end", "bdat BDAT 451 4.4.2"),
	SAYS_ALONE("the last chunk", "content", "two replies", "twice", "*one|* two",
		"bdat BDAT 250 2.0.0"),
	DOES_ALONE("a chunk", "BDAT", "says nothing", "silence", "(nothing)", "is silent",
		"data content 451 4.4.2"),
	DOES_ALONE("a chunk", "BDAT", "hangs up", "close", "(nothing)", "closes",
		"data content 451 4.4.2"),
	DOES_ALONE("a chunk", "BDAT", "resets the connection", "reset", "(nothing)", "resets",
		"data content 451 4.4.2"),
	SAYS_ALONE("a chunk", "BDAT", "421, and stays", "bye", "421 *", "data content 451 4.3.2"),
	DOES_ALONE("a chunk", "BDAT", "421, and hangs up", "bye-close", "421 *", "closes",
		"data content 451 4.3.2"),
	SAYS_ALONE("a chunk", "BDAT", "4xx", "later", "451 4.7.9*", "data content 451 4.7.9"),
	SAYS_ALONE("a chunk", "BDAT", "5xx", "never", "554 5.3.9*", "data content 554 5.3.9"),
	SAYS_ALONE("a chunk", "BDAT", "3xx", "asks", "354 *", "data content 451 4.4.2"),
	SAYS_ALONE("a chunk", "BDAT", "no reply at all", "nonsense", "who are you",
		"data content 451 4.4.2"),
	SAYS_ALONE("a chunk", "BDAT", "lines of different codes", "unlike", "450-one|451 two",
		"data content 451 4.4.2"),
	DOES_ALONE("a chunk", "BDAT", "a reply that has no end", "flood", "(nothing)", "floods",
		"data content 451 4.4.2"),
	DOES_ALONE("a chunk", "BDAT", "a line that has no end", "long", "(nothing)", "has no end",
		"data content 451 4.4.2"),
	SAYS_ALONE(
		"a chunk", "BDAT", "two replies", "twice", "*one|* two", "data content 451 4.4.2"),

	{ GROUP("STARTTLS"), "says nothing, where it must: replaced",
		{ "server one STARTTLS *=> (nothing)", "client silence mail RCPT 451 4.4.1*",
			"server bad STARTTLS *=> (nothing)", "server good handshake  => ok",
			"client silence data content 250 2.0.0 taken" } },
	{ GROUP("STARTTLS"), "hangs up, 4xx, 5xx: 451 4.4.1, nobody else is told",
		{ "server one STARTTLS *=> (nothing)", "client close mail RCPT 451 4.4.1*",
			"server one STARTTLS *=> 454*", "client later mail RCPT 451 4.4.1*",
			"server one STARTTLS *=> 502*", "client never mail RCPT 451 4.4.1*" } },
	{ GROUP("STARTTLS"), "another's certificate, one that is over: 451 4.3.5 and an alarm",
		{ "log alarm *", "client named mail RCPT 451 4.3.5*", "log alarm *",
			"client expired mail RCPT 451 4.3.5*", "!server one got from *" } },
	{ GROUP("STARTTLS"), "what it says in the clear behind its 220 is dropped",
		{ "server one says raw", "server one handshake ok", "server one says 250 8BITMIME",
			"server one says 354 go on",
			"client clear data content 250 2.0.0 taken under TLS" } },
	{ GROUP("log-in"), "5xx: 451 4.3.5 and an alarm",
		{ "server one AUTH PLAIN => 535*", "log alarm *log-in*",
			"client never mail RCPT 451 4.3.5*", "server one AUTH PLAIN => 501*",
			"client what mail RCPT 451 4.3.5*" } },
	{ GROUP("log-in"), "says nothing, hangs up: 451 4.4.1",
		{ "server one AUTH *=> (nothing)", "client silence mail RCPT 451 4.4.1*",
			"server one AUTH *=> (nothing)", "client close mail RCPT 451 4.4.1*" } },
	{ GROUP("XCLIENT"), "5xx: 451 4.3.5 and an alarm, and no mail without it",
		{ "server xclient XCLIENT *=> 550*", "log alarm *",
			"client never mail RCPT 451 4.3.5*", "!server xclient MAIL *" } },
	{ GROUP("XCLIENT"), "says nothing, hangs up, 421: 451 4.4.1, and no mail without it",
		{ "server xclient XCLIENT *=> (nothing)", "client silence mail RCPT 451 4.4.1*",
			"server xclient XCLIENT *=> (nothing)", "client close mail RCPT 451 4.4.1*",
			"server xclient XCLIENT *=> 421*", "client bye mail RCPT 451 4.4.1*",
			"!server xclient MAIL *" } },
	{ GROUP("XFORWARD"), "5xx: 451 4.3.5 and an alarm",
		{ "server xforward XFORWARD *=> 501*", "log alarm *destination=hops:xforward*",
			"client never mail RCPT 451 4.3.5*", "!server xforward got from *" } },
	{ GROUP("XFORWARD"), "says nothing, hangs up: 451 4.4.2; 421: 451 4.3.2",
		{ "server xforward XFORWARD *=> (nothing)", "client silence mail RCPT 451 4.4.2*",
			"server xforward XFORWARD *=> (nothing)",
			"client close mail RCPT 451 4.4.2*", "server xforward XFORWARD *=> 421*",
			"client bye mail RCPT 451 4.3.2*", "!server xforward got from *" } },

	{ "a server behind us",
		"nobody answers: 451 4.4.1 within half a minute, however many there are",
		{ "server one greeting *=> (nothing)", "server bad EHLO *=> (nothing)",
			"log member-down *connect to *timed out*", "client c1 mail RCPT 451 4.4.1*",
			"log proxied *verdict=lost *took-ms=3????*" } },
	{ "a server behind us", "slow at every step: 451 4.4.1 within half a minute",
		{ "server good XCLIENT *", "log backend-lost *it takes too long to let us in*",
			"client c2 mail RCPT 451 4.4.1*", "log proxied *took-ms=3????*" } },
	{ "a server behind us", "none can be reached: 451 4.4.1, and the session goes on",
		{ "client * mail RCPT 451 4.4.1*", "client * NOOP 250*", "queue empty" } },
	{ "a server behind us", "lost before the content: the envelope said again to its neighbour",
		{ "client * mail RCPT 250*", "log backend-lost *another*", "server other MAIL *",
			"server other RCPT b@*=> 250*", "server other RCPT c@*=> 250*",
			"client * data content 250*" } },
	{ "a server behind us", "the neighbour answers a recipient otherwise: 451 4.4.2 at DATA",
		{ "client * mail RCPT 250*", "log backend-lost *another*",
			"server other RCPT *=> 550*", "client * rcpt DATA 451 4.4.2*",
			"!server * got from *" } },
	{ "a server behind us", "silent beside a neighbour: that one's answer within half a minute",
		{ "server bad MAIL *=> (nothing)", "log backend-lost *reply to MAIL*another*",
			"log proxied *took-ms=2????*", "client mail data content 250*",
			"server bad RCPT *=> (nothing)", "log backend-lost *reply to RCPT*another*",
			"log proxied *took-ms=2????*", "client rcpt data content 250*" } },
	{ "a server behind us",
		"recipients of one breath, slow together: left as if it were silent",
		{ "server bad RCPT *=> 250*",
			"log backend-lost *reply to RCPT and those before it*another*",
			"client breath data content 250*" } },
	{ "a server behind us", "silent, and its neighbour is down: waited for",
		{ "log member-down *192.0.2.32*", "server bad MAIL *=> 250*",
			"log proxied *took-ms=6????*", "client waits data content 250*" } },
	{ "a server behind us", "no neighbour answers in time: 451 4.4.2 at DATA",
		{ "client * mail RCPT 250*", "log backend-lost *no other backend answered in time*",
			"client * rcpt DATA 451 4.4.2*" } },
	{ "a server behind us", "lost within the content: taken to its end and dropped, 451 4.4.2",
		{ "client * rcpt DATA 354*", "log backend-lost *",
			"client * data content 451 4.4.2*", "client * NOOP 250*",
			"!server * got from *" } },
	{ "a server behind us",
		"hangs up behind the end of the message: in doubt, 451 4.4.2, counted",
		{ "server home content *=> (nothing)",
			"log backend-lost *no answer to the message*",
			"client c1 data content 451 4.4.2*", "client c1 data content 250*",
			"=server home got from *" } },
	{ "a server behind us",
		"silent behind the end of the message: 451 4.4.2 in less than five minutes",
		{ "server home content *=> (nothing)",
			"log backend-lost *no answer to the message*",
			"client c1 data content 451 4.4.2*", "!client * 250 2.0.0 taken*" } },
	{ "a server behind us", "421 about its own connection: 451, and the session goes on",
		{ "server home RCPT *=> 421*", "client c1 mail RCPT 451 4.3.2*",
			"client c1 mail RSET 250*", "server home got from *",
			"client c1 data content 250*" } },
	{ "a server behind us", "its farewell, or 53x, before the content: its neighbour is asked",
		{ "server bad RCPT *=> 421*", "log backend-lost *another*",
			"log member-down *192.0.2.31*421*", "server bad MAIL *=> 530*",
			"log alarm *530*", "server bad DATA *=> 535*", "log alarm *535*" } },
	{ "a server behind us",
		"it alone does not let us in: an alarm about it, its neighbour is asked",
		{ "log alarm *member=*XFORWARD is not offered*", "log alarm *550 5.7.1 not you*",
			"log alarm *550 5.7.0 who are you*", "client c1 data content 250*" } },
	{ "a server behind us", "53x, and nobody else is there: 451 4.3.5, asked once",
		{ "server one RCPT *=> 530*", "log alarm *530*", "client c1 mail RCPT 451 4.3.5*",
			"=server one RCPT *" } },
	{ "a server behind us", "what it does between two messages touches neither",
		{ "server one says 421 4.4.2 idle", "client c1 data content 250 2.0.0 taken",
			"client c2 data content 250 2.0.0 taken",
			"server one says 250 2.0.0 and more",
			"client c3 data content 250 2.0.0 taken", "!log backend-lost *" } },
	{ "a server behind us", "answers before it is asked: no answer stands for another one",
		{ "server one says 250 2.1.5 ok", "log backend-lost *nobody asked for*",
			"client rcpt data content 250 2.0.0 taken", "server one says 354 go on",
			"client data data content 250 2.0.0 taken",
			"server one says 250 2.0.0 have it", "client dot data content 451 4.4.2*",
			"server one says 552 5.3.4 too much",
			"client no data content 552 5.3.4 too much" } },
	{ "a server behind us",
		"fewer replies than commands: time is up for it, not for the client",
		{ "server one says 250 2.1.5 one",
			"log backend-lost *timed out*reply to RCPT*another*",
			"client few mail RCPT 250*", "client few rcpt RCPT 250*" } },
	{ "a server behind us, before the first chunk", "hangs up: replaced",
		{ "server one RCPT close@one.test =>*", "server one closes",
			"server one got *to close@one.test *", "server bad EHLO *CHUNKING*",
			"server bad closes", "server good EHLO *CHUNKING*",
			"server good got *to close@two.test *",
			"client close data content 250 2.0.0 taken" } },
	{ "a server behind us, before the first chunk", "resets the connection: replaced",
		{ "server one RCPT reset@one.test =>*", "server one resets",
			"server one got *to reset@one.test *", "server bad EHLO *CHUNKING*",
			"server bad resets", "server good got *to reset@two.test *",
			"client reset rcpt BDAT 250 2.0.0 taken" } },
	{ "a server behind us, before the first chunk", "421 unasked: replaced",
		{ "server one says 421 *", "server one got *to bye@one.test *",
			"server bad says 421 *", "server good got *to bye@two.test *",
			"client bye data content 250 2.0.0 taken" } },
	{ "a server behind us", "a refused message of several chunks costs no connection",
		{ "client refused data content 550*", "server one RSET *=> 250*",
			"server one got *to c@one.test *", "client at-once data content 550*",
			"server one RSET *=> 250*", "client reset * RSET 250*",
			"server one RSET *=> 250*", "server one got *to e@one.test *",
			"client gone closes in bdat", "server one got *to f@one.test *",
			"server one connections = 1" } },
	{ "a server behind us", "a refused message of several chunks costs no log-in there",
		{ "server home AUTH PLAIN *=> 235*", "server home BDAT 32768 *=> 250*",
			"client c1 data content 550*", "client c1 user MAIL 250*",
			"server home RSET *=> 250*", "server home got *to y@far.test *",
			"server home connections = 1" } },
	{ "a server behind us",
		"a connection that we end takes the log-in along: 421, nobody blamed",
		{ "server home DATA *=> 354*", "client c2 data content 550*",
			"client c2 user MAIL 421 4.4.2 * has ended; log in again" } },
	{ "a server behind us",
		"a surplus 250 before the last chunk: never the answer to the message",
		{ "server home says 250 2.1.5 ok again", "log backend-lost *nobody asked for*",
			"server home got *to b@ours.test *",
			"client c1 data content 250 2.0.0 taken" } },

	{ "a client that goes away",
		"before the content: forgotten behind us, where the connection serves on",
		{ "server one RCPT early@one.test => 250*", "client early closes in rcpt",
			"log proxied *verdict=client-lost*to=early@one.test*",
			"server one RSET *=> 250*", "server one got from *to next@one.test *",
			"server one connections = 1",
			"!server one got from *to early@one.test *" } },
	{ "a client that goes away",
		"within it, by DATA or BDAT, up to the last byte: nothing is ended behind us",
		{ "client within closes in data", "client half closes in data",
			"client chunks closes in bdat", "client last closes in rcpt",
			"!server one got from *to within@*", "!server one got from *to half@*",
			"!server one got from *to chunks@*", "!server one got from *to last@*" } },
	{ "a client that goes away",
		"behind its end: what the server behind us says is logged, and is done",
		{ "client behind closes in data", "server one got from *to behind@one.test *",
			"log proxied *verdict=accepted*to=behind@one.test*said=\"250 2.0.0 taken\"*",
			"=server one got from *to behind@one.test *",
			"!client behind data content *", "client refused closes in data",
			"log proxied *verdict=rejected*to=refused@one.test*said=\"554 5.7.1 spam\"*" } },
};
const size_t coverage_backend_rows_n = sizeof(coverage_backend_rows) /
				       sizeof(coverage_backend_rows[0]);
