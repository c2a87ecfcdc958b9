/* What somebody takes for the end of data, through a proxy: in by DATA and BDAT, out by DATA, BDAT and
 * LMTP, one message always. As coverage_rows.c. The client is named after the form. */
#include "coverage.h"

#define OF(listener) "+log connected *listener=" listener
#define ALONE	     "!server * RCPT smuggled@*"
#define ONE(server)                                                                                \
	"server " server " got from *MAIL FROM:<evil@client.test>|RCPT TO:<smuggled@ours.test>|"   \
	"DATA|Subject: y||evil|"

/* Six times: no message, and what is said next is the next command. */
#define REFUSED(listener, form)                                                                    \
	{                                                                                          \
		"end of data, on " listener, form ": refused",                                     \
		{                                                                                  \
			OF(listener), ALONE, "client " form " data content 550 5*",                \
				"client " form " ready NOOP 250 2.0.0 OK*",                        \
				"client " form " rcpt BDAT 550 5*",                                \
				"client " form " ready NOOP 250 2.0.0 OK*",                        \
				"client " form " data content 550 5*",                             \
				"client " form " rcpt BDAT 550 5*",                                \
				"client " form " ready NOOP 250 2.0.0 OK*",                        \
				"client " form " data content 550 5*",                             \
				"client " form " rcpt BDAT 550 5*",                                \
				"client " form " ready NOOP 250 2.0.0 OK*"                         \
		}                                                                                  \
	}
/* Six times: one message, and the other one is text in it. */
#define TAKEN(listener, form)                                                                      \
	{                                                                                          \
		"end of data, on " listener, form ": one message",                                 \
		{                                                                                  \
			OF(listener), ALONE, "+server home EHLO *CHUNKING*", ONE("home"),          \
				"client " form " data content 250*", ONE("home"),                  \
				"client " form " rcpt BDAT 250*", ONE("home"),                     \
				"client " form " data content 250*", ONE("home"),                  \
				"client " form " rcpt BDAT 250*", ONE("store"),                    \
				"client " form " data content 250*", ONE("store"),                 \
				"client " form " rcpt BDAT 250*"                                   \
		}                                                                                  \
	}

const struct coverage_row coverage_ends_rows[] = {
	REFUSED("mx", "lf-dot-lf"),
	REFUSED("mx", "cr-dot-cr"),
	REFUSED("mx", "cr-dot-lf"),
	REFUSED("mx", "lf-dot-cr"),
	REFUSED("mx", "lf-dot-crlf"),
	REFUSED("mx", "crlf-dot-lf"),
	REFUSED("mx", "cr-dot-crlf"),
	REFUSED("mx", "crlf-dot-cr"),
	REFUSED("mx", "crlf-nul-dot-crlf"),
	REFUSED("mx", "crlf-dot-nul-crlf"),
	REFUSED("mx", "crlf-dot-crcrlf"),
	REFUSED("mx", "crcrlf-dot-crcrlf"),
	REFUSED("mx", "lflf-dot-lflf"),
	REFUSED("mx", "lfcr-dot-lfcr"),
	TAKEN("mx", "crlf-space-dot-crlf"),
	TAKEN("mx", "crlf-dot-space-crlf"),
	TAKEN("mx", "crlf-dot-tab-crlf"),
	TAKEN("mx", "crlf-dotdot-crlf"),
	TAKEN("mx", "vt"),
	TAKEN("mx", "nel"),
	TAKEN("mx", "ls"),
	TAKEN("inside", "lf-dot-lf"),
	REFUSED("inside", "cr-dot-cr"),
	REFUSED("inside", "cr-dot-lf"),
	REFUSED("inside", "lf-dot-cr"),
	TAKEN("inside", "lf-dot-crlf"),
	TAKEN("inside", "crlf-dot-lf"),
	REFUSED("inside", "cr-dot-crlf"),
	REFUSED("inside", "crlf-dot-cr"),
	REFUSED("inside", "crlf-nul-dot-crlf"),
	REFUSED("inside", "crlf-dot-nul-crlf"),
	REFUSED("inside", "crlf-dot-crcrlf"),
	REFUSED("inside", "crcrlf-dot-crcrlf"),
	TAKEN("inside", "lflf-dot-lflf"),
	REFUSED("inside", "lfcr-dot-lfcr"),
	TAKEN("inside", "crlf-space-dot-crlf"),
	TAKEN("inside", "crlf-dot-space-crlf"),
	TAKEN("inside", "crlf-dot-tab-crlf"),
	TAKEN("inside", "crlf-dotdot-crlf"),
	TAKEN("inside", "vt"),
	TAKEN("inside", "nel"),
	TAKEN("inside", "ls"),
	{ "end of data",
		"the true one, whole, in two pieces and in four: two messages of the client",
		{ "client whole data content 250*",
			"server home got from *to smuggled@* text *||evil|",
			"client cut data content 250*",
			"server home got from *to smuggled@* text *||evil|",
			"client torn data content 250*",
			"server home got from *to smuggled@* text *||evil|",
			"+server home EHLO *CHUNKING*" } },
};
const size_t coverage_ends_rows_n = sizeof(coverage_ends_rows) / sizeof(coverage_ends_rows[0]);
