/* What of a backend's reply is passed on to our client, and how. Pure. */
#ifndef SLUICE_SERVER_PROXY_REPLY_H
#define SLUICE_SERVER_PROXY_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "smtp/reply.h"

struct arena;

/* What is passed on of its text. */
#define PROXY_REPLY_TEXT_MAX  4096 /* bytes */
#define PROXY_REPLY_LINES_MAX 16

/* What is done with its text. */
struct proxy_reply_rules {
	bool utf8; /* the client takes UTF-8 */
	/* Names and addresses, compared without case, in the place of which `instead` is said. */
	const struct slice *hidden;
	size_t hidden_n;
	struct slice instead;
};

/* The first lines of a text, cut between characters of UTF-8. */
struct slice proxy_reply_cut(struct slice text);
/* Class, enhanced code and text are the backend's; its text is copied into the arena. But a 421 is
 * about its connection with us, and 53x about our log-in there: neither is our client's fault, and
 * both become 451. A missing or contradicting enhanced code is put right: by `detail` for a yes,
 * "1.5" for a recipient (RFC 3463 section 3.2), and by "0.0" for a no, of which nothing is known. A
 * 251 or 551 with an address that the client cannot read becomes 250 or 550 (RFC 6531 section
 * 3.7.4.1). */
void proxy_reply_pass(struct arena *a, const struct smtp_reply *said, const char *detail,
	const struct proxy_reply_rules *rules, struct smtp_reply *ret);
/* The same of what it says to content. Any 2xx is a yes there, for which RFC 5321 section 4.3.2 has
 * 250 alone; a client that heard another one might send the mail again. */
void proxy_reply_pass_verdict(struct arena *a, const struct smtp_reply *said,
	const struct proxy_reply_rules *rules, struct smtp_reply *ret);

/* A refusal for ever becomes one for now, with the same words. */
void proxy_reply_soften(struct smtp_reply *reply);

#endif
