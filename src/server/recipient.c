/* Permission first, then limits, then the route: the order is the same for all services, since
 * whoever takes the mail on trusts our address (docs/threat-model.md). */
#include "server/recipient.h"

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "server/permission.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/reply.h"

struct slice server_mailbox(struct arena *a, const struct smtp_path *path)
{
	struct buf b;

	buf_init(&b, SMTP_PATH_MAX * 2);
	smtp_path_format_mailbox(&b, path);
	struct slice text = arena_dup(a, buf_slice(&b));

	buf_done(&b);
	return text;
}

bool server_recipient_decide(const struct session *s, struct arena *a,
	const struct smtp_path *sender, struct slice reverse_path, size_t taken,
	const struct smtp_path *asked, struct server_recipient *ret, struct smtp_reply *ret_refusal)
{
	const struct server_client client = session_client(s);
	struct server_verdict verdict = server_permission_rcpt(s->config, &client, sender, asked);
	const struct nexthop_facts facts = { reverse_path, s->login, s->listener->name,
		verdict.entitlement };
	struct slice instead = verdict.instead;

	ret->path = *asked;
	if (!server_verdict_is_allowed(&verdict)) {
		smtp_reply_set(ret_refusal, verdict.code, verdict.enhanced, "%s", verdict.text);
		return false;
	}
	if (taken >= s->config->limits.recipients) {
		smtp_reply_set(
			ret_refusal, 452, "4.5.3", "Too many recipients; send the rest in another");
		return false;
	}
	if (s->server->held >= s->server->held_max) {
		smtp_reply_set(ret_refusal, 452, "4.3.1", "No room for more recipients now");
		return false;
	}
	if (instead.n && smtp_path_parse_mailbox(a, instead, &ret->path) != SMTP_PATH_OK) {
		smtp_reply_set(
			ret_refusal, 451, "4.3.5", "The postmaster's address is misconfigured");
		return false;
	}
	ret->route = s->passage ? (struct nexthop_route){ .kind = NEXTHOP_HOPS,
		.hops = s->listener->hops }
				: nexthop_route_find(s->config, &facts, &ret->path);
	if (ret->route.kind != NEXTHOP_NONE)
		return true;
	smtp_reply_set(ret_refusal, 550, "5.4.4", "%s", ret->route.why);
	return false;
}
