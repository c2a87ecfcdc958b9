/* A keyword is a promise for every recipient that may come, so each pool that this listener can
 * choose must have a member that keeps it; and of a pool nothing is known until somebody has heard
 * one of its members say EHLO. What depends on the session's own legs (PIPELINING, CHUNKING,
 * enhanced codes) is offered in any case; what the session cannot carry (BINARYMIME, DELIVERBY,
 * FUTURERELEASE) never is. */
#include "server/proxy_offers.h"

#include <stdio.h>

#include "config/config.h"
#include "nexthop/nexthop.h"
#include "nexthop/view.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/caps.h"
#include "smtp/param.h"
#include "smtp/reply.h"

/* Bytes that our own header fields may add to a message. */
#define HEADROOM 2048

/* Those that pass through as they are. */
static const enum smtp_cap passed[] = { SMTP_CAP_8BITMIME, SMTP_CAP_SMTPUTF8, SMTP_CAP_DSN,
	SMTP_CAP_MT_PRIORITY, SMTP_CAP_REQUIRETLS, SMTP_CAP_PRDR };

static bool can_choose(const struct session *s, const struct config_hops *h)
{
	if (s->listener->hops)
		return h == s->listener->hops;
	return h->for_domains || (h->for_routes && s->listener->for_whom != CONFIG_FOR_MX);
}

/* Some recipients may go directly to whatever server their domain names. */
static bool goes_anywhere(const struct session *s)
{
	return s->config->routes_direct && !s->listener->hops &&
	       s->listener->for_whom != CONFIG_FOR_MX;
}

static void take_lesser(uint32_t *mine, uint32_t its)
{
	if (its && (*mine == 0 || its < *mine))
		*mine = its;
}

static void intersect(struct smtp_caps *all, const struct smtp_caps *pool)
{
	uint64_t size = pool->size > 2 * HEADROOM ? pool->size - HEADROOM : pool->size;

	all->set &= pool->set;
	if (size && size < all->size)
		all->size = size;
	take_lesser(&all->mail_max, pool->mail_max);
	take_lesser(&all->rcpt_max, pool->rcpt_max);
}

/* False: nothing is known of it. */
static bool pool_caps(const struct session *s, const struct config_hops *h, struct smtp_caps *ret)
{
	if (s->server->pretence) {
		s->server->pretence->offered++;
		*ret = (struct smtp_caps){ .set = UINT32_MAX };
		return true;
	}
	if (!s->server->nexthop || !nexthop_view_caps(s->server->nexthop, h, ret))
		return false;
	if (h->hosts.v[0].place.protocol == CONFIG_LMTP)
		smtp_caps_add(ret, SMTP_CAP_PRDR); /* RFC 2033 section 4.2: without being asked */
	return true;
}

/* What every pool takes; the set is empty where there is one of which nothing is known. */
static struct smtp_caps every_pool(const struct session *s, const struct smtp_caps *own)
{
	struct smtp_caps all = *own, pool;
	bool known = !goes_anywhere(s), verified = s->tls, any = false;

	all.set = UINT32_MAX;
	for (size_t i = 0; known && i < s->config->hops.n; i++) {
		const struct config_hops *h = &s->config->hops.v[i];

		if (!can_choose(s, h))
			continue;
		any = true;
		verified = verified && h->tls == CONFIG_TLS_VERIFY;
		known = pool_caps(s, h, &pool);
		if (known)
			intersect(&all, &pool);
	}
	if (!known || !any)
		all.set = 0;
	if (!verified)
		smtp_caps_drop(&all, SMTP_CAP_REQUIRETLS); /* RFC 8689 section 4.2.1 */
	if (!smtp_caps_has(&all, SMTP_CAP_8BITMIME))
		smtp_caps_drop(&all, SMTP_CAP_SMTPUTF8); /* RFC 6531 section 3.1 */
	return all;
}

void proxy_offers_add(const struct session *s, struct smtp_caps *caps)
{
	struct smtp_caps all = every_pool(s, caps);

	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (smtp_caps_has(&all, passed[i]))
			smtp_caps_add(caps, passed[i]);
	caps->size = all.size;
	caps->mail_max = all.mail_max;
	caps->rcpt_max = all.rcpt_max;
}

/* ---- MAIL ---- */

unsigned proxy_offers_needs(
	const struct smtp_mail_params *params, const struct client_rcpt *rcpts, size_t n)
{
	unsigned needs = NEXTHOP_NEED_SIZE;

	if (params->body == SMTP_BODY_8BITMIME)
		needs |= NEXTHOP_NEED_8BIT;
	if (smtp_mail_params_has(params, SMTP_PARAM_SMTPUTF8))
		needs |= NEXTHOP_NEED_UTF8;
	if (smtp_mail_params_has(params, SMTP_PARAM_RET) ||
		smtp_mail_params_has(params, SMTP_PARAM_ENVID))
		needs |= NEXTHOP_NEED_DSN;
	if (smtp_mail_params_has(params, SMTP_PARAM_REQUIRETLS))
		needs |= NEXTHOP_NEED_REQUIRETLS;
	if (smtp_mail_params_has(params, SMTP_PARAM_MT_PRIORITY))
		needs |= NEXTHOP_NEED_PRIORITY;
	for (size_t i = 0; i < n; i++)
		if (rcpts[i].params.present)
			needs |= NEXTHOP_NEED_DSN;
	return needs;
}

bool proxy_offers_still(
	const struct session *s, const struct smtp_mail_params *params, struct smtp_reply *ret)
{
	unsigned needs = proxy_offers_needs(params, NULL, 0), lacks = 0;
	const char *what, *detail;
	char enhanced[16];

	for (size_t i = 0; s->server->nexthop && lacks == 0 && i < s->config->hops.n; i++)
		if (can_choose(s, &s->config->hops.v[i]))
			lacks = nexthop_view_lacks(
				s->server->nexthop, &s->config->hops.v[i], needs, params->size);
	if (lacks == 0)
		return true;
	detail = nexthop_need_status(lacks, &what);
	snprintf(enhanced, sizeof(enhanced), "4.%s", detail);
	smtp_reply_set(ret, 451, enhanced,
		"The servers behind us do not take %s any more; try again later", what);
	return false;
}
