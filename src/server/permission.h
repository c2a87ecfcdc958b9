/* May this client send as this sender, to this recipient? Pure functions of facts, asked by the
 * session at MAIL and RCPT; whether a route exists is asked afterwards (nexthop/route.h). */
#ifndef SLUICE_SERVER_PERMISSION_H
#define SLUICE_SERVER_PERMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "spool/envelope.h"

struct auth_user;
struct config;
struct config_domain;
struct config_listener;
struct config_node;
struct smtp_path;

/* The client as far as permission goes. */
struct server_client {
	const struct config_listener *listener; /* the one it is connected to */
	struct ip ip; /* IP_NONE is unknown: no network holds it */
	bool tls;
	const struct auth_user *user; /* NULL: not logged in with us */
	bool passed; /* logged in at the server behind us, to which all its mail goes */
};

/* A plain value. code is 250 when allowed; else the reply. Texts are static. */
struct server_verdict {
	uint16_t code;
	const char *enhanced; /* "5.7.1" */
	const char *text;
	/* What decided: an option (static) of the section at that place of the file, which is NULL
	 * where the section is implied or is the file of users. */
	const struct config_node *at;
	const char *key;
	/* Facts of an allowed sender or recipient. */
	enum spool_entitlement entitlement;
	/* Of an allowed recipient: its entry in `domains`, or NULL when foreign. */
	const struct config_domain *domain;
	/* Of an allowed recipient: the mailbox to store in its place (in the configuration), or
	 * empty. */
	struct slice instead;
};

static inline bool server_verdict_is_allowed(const struct server_verdict *v)
{
	return v->code == 250;
}

/* Somebody we know: logged in, or in a network of any listener `for: internal`. */
bool server_client_is_known(const struct config *c, const struct server_client *client);
/* Asked at MAIL. sender may be the null path. */
struct server_verdict server_permission_mail(
	const struct server_client *client, const struct smtp_path *sender);
/* Asked at each RCPT, after MAIL was allowed (it is asked again here: log-in and configuration may
 * have changed). recipient may be <postmaster> without a domain; domains in U-labels have been
 * turned into A-labels before. */
struct server_verdict server_permission_rcpt(const struct config *c,
	const struct server_client *client, const struct smtp_path *sender,
	const struct smtp_path *recipient);

#endif
