/* Which log-in mechanisms a session offers now. */
#ifndef SLUICE_SERVER_AUTH_OFFERS_H
#define SLUICE_SERVER_AUTH_OFFERS_H

#include "base/slice.h"

struct buf;
struct ctx;
struct session;
struct smtp_caps;

/* Sends a challenge (base64) and appends the client's answer to *ret. Suspends. */
int auth_ask(struct ctx *ctx, struct session *s, struct slice challenge, struct buf *ret);
/* The set of AUTH_BIT(mech) offered on this connection: 0 on listeners for mx, after a log-in, and
 * before TLS where the listener asks for TLS first. */
unsigned auth_offers(const struct session *s);
/* Adds AUTH and its mechanisms to the capabilities. */
void auth_offers_caps(const struct session *s, struct smtp_caps *caps);

#endif
