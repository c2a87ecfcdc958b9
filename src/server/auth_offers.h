/* Which log-in mechanisms a session offers now. */
#ifndef SLUICE_SERVER_AUTH_OFFERS_H
#define SLUICE_SERVER_AUTH_OFFERS_H

struct session;
struct smtp_caps;

/* The set of AUTH_BIT(mech) offered on this connection: 0 on listeners for mx, after a log-in, and
 * before TLS where the listener asks for TLS first. */
unsigned auth_offers(const struct session *s);
/* Adds AUTH and its mechanisms to the capabilities. */
void auth_offers_caps(const struct session *s, struct smtp_caps *caps);

#endif
