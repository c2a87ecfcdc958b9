/* Private to the proxy: what it offers to a client in the name of the servers behind it
 * (docs/decisions/what-a-proxy-offers.md). */
#ifndef SLUICE_SERVER_PROXY_OFFERS_H
#define SLUICE_SERVER_PROXY_OFFERS_H

#include <stdbool.h>
#include <stddef.h>

struct client_rcpt;
struct session;
struct smtp_caps;
struct smtp_mail_params;
struct smtp_reply;

/* Adds to what the session offers by itself, and makes its limits smaller, by what every pool that
 * the listener can choose takes. */
void proxy_offers_add(const struct session *s, struct smtp_caps *caps);
/* What a transaction with these parameters needs of a server: a set of enum nexthop_need. */
unsigned proxy_offers_needs(
	const struct smtp_mail_params *params, const struct client_rcpt *rcpts, size_t n);
/* Something that MAIL needs was offered and is gone: false, and *ret says so (451). Pools of which
 * no member is well are no reason: they get their reply at RCPT. */
bool proxy_offers_still(
	const struct session *s, const struct smtp_mail_params *params, struct smtp_reply *ret);

#endif
