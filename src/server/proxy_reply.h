/* What of a backend's reply is passed on to our client, and how. Pure. */
#ifndef SLUICE_SERVER_PROXY_REPLY_H
#define SLUICE_SERVER_PROXY_REPLY_H

#include <stdbool.h>

#include "smtp/reply.h"

struct arena;

/* It speaks of the backend's connection with us, or of our log-in there: 421, 53x. */
bool proxy_reply_is_about_us(const struct smtp_reply *said);

/* Class, enhanced code and text are the backend's; its text is copied into the arena. But a 421 is
 * about its connection with us, and 53x about our log-in there: neither is our client's fault, and
 * both become 451. A missing or contradicting enhanced code is put right: `detail` is "1.5" for a
 * recipient, "0.0" where nothing better is known. */
void proxy_reply_pass(
	struct arena *a, const struct smtp_reply *said, const char *detail, struct smtp_reply *ret);
/* The same of what it says to content. Any 2xx is a yes there, for which RFC 5321 section 4.3.2 has
 * 250 alone; a client that heard another one might send the mail again. */
void proxy_reply_pass_verdict(
	struct arena *a, const struct smtp_reply *said, struct smtp_reply *ret);

/* A refusal for ever becomes one for now, with the same words. */
void proxy_reply_soften(struct smtp_reply *reply);

#endif
