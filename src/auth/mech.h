/* The SASL mechanisms that sluice knows, and how an exchange ends. Pure. */
#ifndef SLUICE_AUTH_MECH_H
#define SLUICE_AUTH_MECH_H

#include "base/slice.h"

/* In ascending order of preference for a client. */
enum auth_mech {
	AUTH_LOGIN, /* never standardised; old clients know nothing else */
	AUTH_PLAIN, /* RFC 4616 */
	AUTH_CRAM_MD5, /* RFC 2195; client only */
	AUTH_SCRAM_SHA_256, /* RFC 5802, RFC 7677 */
	AUTH_SCRAM_SHA_256_PLUS, /* with channel binding */
	AUTH_MECH_COUNT
};

/* A set of mechanisms: one bit each. */
#define AUTH_BIT(mech) (1U << (mech))

enum auth_outcome {
	AUTH_OK,
	AUTH_WRONG, /* unknown user, wrong password, broken proof: one answer for all. 535 5.7.8 */
	AUTH_BUSY, /* the queue for verification is full or took too long. 454 4.7.0 */
	AUTH_CANCELLED, /* the client sent "*". 501 5.7.0 */
	AUTH_SYNTAX, /* not base64, not the mechanism's grammar, too long. 501 5.5.2 */
	AUTH_UNSUPPORTED, /* unknown mechanism, or not offered here. 504 5.5.4 */
	AUTH_DISABLED, /* right password of a disabled user; the peer is told 535 as for WRONG */
	AUTH_REFUSED, /* too many failures from this address: nothing was tried. 421 4.7.0, close */
	AUTH_FAULT, /* the environment failed: no memory, no library. 454 4.7.0 */
};

/* Longest line of base64 in an exchange (RFC 4954 section 4), without CRLF. */
#define AUTH_LINE_MAX 12288
/* Longest user name and password, in bytes after decoding. */
#define AUTH_NAME_MAX	  320
#define AUTH_PASSWORD_MAX 512

/* "SCRAM-SHA-256-PLUS"; static. */
const char *auth_mech_name(enum auth_mech mech);
/* Ignores case; AUTH_MECH_COUNT when unknown. */
enum auth_mech auth_mech_parse(struct slice name);
/* The set of what we know in the parameters of an AUTH capability: "PLAIN LOGIN X-OTHER". */
unsigned auth_mech_parse_list(struct slice names);
/* "wrong", "busy": one word for log lines; static. */
const char *auth_outcome_name(enum auth_outcome outcome);

#endif
