/* What somebody takes for the end of data, through a proxy: in by DATA and BDAT, out by DATA, BDAT and
 * LMTP, one message always. As coverage_rows.c. A form is the bytes that were sent. */
#include "coverage.h"

#define OF(listener) "+log connected *listener=" listener
#define ALONE	     "!server * RCPT smuggled@*"
/* No message, and what is said next is the next command. */
#define NONE(state, hex) "end * " state " 550 " hex, ">client * ready NOOP 250 2.0.0 OK*"
/* One message, in by state, out by way. */
#define ONE(state, hex, way)                                                                       \
	"by * " way,                                                                               \
		">server * got from *MAIL FROM:<evil@client.test>|"                                \
		"RCPT TO:<smuggled@ours.test>|DATA|Subject: y||evil|",                             \
		">end * " state " 250 " hex

/* Three times each. */
#define REFUSED(listener, form, hex)                                                               \
	{                                                                                          \
		"end of data, on " listener, form ": refused",                                     \
		{                                                                                  \
			OF(listener), ALONE, NONE("data", hex), NONE("chunk", hex),                \
				NONE("data", hex), NONE("chunk", hex), NONE("data", hex),          \
				NONE("chunk", hex)                                                 \
		}                                                                                  \
	}
/* One message each time, and the other one is text in it. */
#define TAKEN(listener, form, hex)                                                                 \
	{                                                                                          \
		"end of data, on " listener, form ": one message",                                 \
		{                                                                                  \
			OF(listener), ALONE, ONE("data", hex, "SMTP DATA"),                        \
				ONE("chunk", hex, "SMTP DATA"), ONE("data", hex, "SMTP BDAT"),     \
				ONE("chunk", hex, "SMTP BDAT"), ONE("data", hex, "LMTP DATA"),     \
				ONE("chunk", hex, "LMTP DATA")                                     \
		}                                                                                  \
	}

const struct coverage_row coverage_ends_rows[] = {
	REFUSED("mx", "lf-dot-lf", "0a2e0a"),
	REFUSED("mx", "cr-dot-cr", "0d2e0d"),
	REFUSED("mx", "cr-dot-lf", "0d2e0a"),
	REFUSED("mx", "lf-dot-cr", "0a2e0d"),
	REFUSED("mx", "lf-dot-crlf", "0a2e0d0a"),
	REFUSED("mx", "crlf-dot-lf", "0d0a2e0a"),
	REFUSED("mx", "cr-dot-crlf", "0d2e0d0a"),
	REFUSED("mx", "crlf-dot-cr", "0d0a2e0d"),
	REFUSED("mx", "crlf-nul-dot-crlf", "0d0a002e0d0a"),
	REFUSED("mx", "crlf-dot-nul-crlf", "0d0a2e000d0a"),
	REFUSED("mx", "crlf-dot-crcrlf", "0d0a2e0d0d0a"),
	REFUSED("mx", "crcrlf-dot-crcrlf", "0d0d0a2e0d0d0a"),
	REFUSED("mx", "lflf-dot-lflf", "0a0a2e0a0a"),
	REFUSED("mx", "lfcr-dot-lfcr", "0a0d2e0a0d"),
	TAKEN("mx", "crlf-space-dot-crlf", "0d0a202e0d0a"),
	TAKEN("mx", "crlf-dot-space-crlf", "0d0a2e200d0a"),
	TAKEN("mx", "crlf-dot-tab-crlf", "0d0a2e090d0a"),
	TAKEN("mx", "crlf-dotdot-crlf", "0d0a2e2e0d0a"),
	TAKEN("mx", "vt", "0b2e0b"),
	TAKEN("mx", "nel", "c2852ec285"),
	TAKEN("mx", "ls", "e280a82ee280a8"),
	TAKEN("inside", "lf-dot-lf", "0a2e0a"),
	REFUSED("inside", "cr-dot-cr", "0d2e0d"),
	REFUSED("inside", "cr-dot-lf", "0d2e0a"),
	REFUSED("inside", "lf-dot-cr", "0a2e0d"),
	TAKEN("inside", "lf-dot-crlf", "0a2e0d0a"),
	TAKEN("inside", "crlf-dot-lf", "0d0a2e0a"),
	REFUSED("inside", "cr-dot-crlf", "0d2e0d0a"),
	REFUSED("inside", "crlf-dot-cr", "0d0a2e0d"),
	REFUSED("inside", "crlf-nul-dot-crlf", "0d0a002e0d0a"),
	REFUSED("inside", "crlf-dot-nul-crlf", "0d0a2e000d0a"),
	REFUSED("inside", "crlf-dot-crcrlf", "0d0a2e0d0d0a"),
	REFUSED("inside", "crcrlf-dot-crcrlf", "0d0d0a2e0d0d0a"),
	TAKEN("inside", "lflf-dot-lflf", "0a0a2e0a0a"),
	REFUSED("inside", "lfcr-dot-lfcr", "0a0d2e0a0d"),
	TAKEN("inside", "crlf-space-dot-crlf", "0d0a202e0d0a"),
	TAKEN("inside", "crlf-dot-space-crlf", "0d0a2e200d0a"),
	TAKEN("inside", "crlf-dot-tab-crlf", "0d0a2e090d0a"),
	TAKEN("inside", "crlf-dotdot-crlf", "0d0a2e2e0d0a"),
	TAKEN("inside", "vt", "0b2e0b"),
	TAKEN("inside", "nel", "c2852ec285"),
	TAKEN("inside", "ls", "e280a82ee280a8"),
	{ "end of data",
		"the true one, whole, in two pieces and in four: two messages of the client",
		{ "end * data 250 in 1", "server home got from *to smuggled@* text *||evil|",
			"end * data 250 in 2", "server home got from *to smuggled@* text *||evil|",
			"end * data 250 in 4", "server home got from *to smuggled@* text *||evil|",
			"+server home EHLO *CHUNKING*" } },
};
const size_t coverage_ends_rows_n = sizeof(coverage_ends_rows) / sizeof(coverage_ends_rows[0]);
