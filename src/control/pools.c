/* All of it stands in memory that the workers share, so that one of them can tell it. */
#include "control/pools.h"

#include <jansson.h>

#include "base/buf.h"
#include "config/config.h"
#include "control/json.h"
#include "control/line.h"
#include "nexthop/view.h"
#include "rt/clock.h"
#include "server/crowd.h"
#include "server/server.h"

static void set_text(json_t *object, const char *key, struct slice text)
{
	(void)json_object_set_new(object, key, control_json_text(text));
}

static void set_int(json_t *object, const char *key, uint64_t n)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)n));
}

/* ---- listeners ---- */

static json_t *addresses(const struct config_addresses *list)
{
	json_t *array = json_array();
	struct buf b;

	buf_init(&b, 64);
	for (size_t i = 0; i < list->n; i++) {
		buf_clear(&b);
		ip_port_format(&b, &list->v[i]);
		(void)json_array_append_new(array, control_json_text(buf_slice(&b)));
	}
	buf_done(&b);
	return array;
}

static json_t *listener(const struct server *server, const struct config_listener *l)
{
	static const char *const whom[] = { "internal", "submission", "mx" };
	static const char *const tls[] = { "off", "starttls", "implicit" };
	json_t *line = json_object();

	set_text(line, "listener", l->name);
	set_text(line, "for", slice_str(whom[l->for_whom]));
	set_text(line, "service", l->service == CONFIG_SERVICE_PROXY ? S("proxy") : S("relay"));
	set_text(line, "tls", slice_str(tls[l->tls]));
	(void)json_object_set_new(line, "address", addresses(&l->address));
	set_int(line, "sessions", crowd_at(server, l->name));
	return line;
}

/* ---- pools ---- */

static json_t *pool(const struct nexthop *nexthop, const struct config_hops *h)
{
	static const char *const balance[] = { "ordered", "weighted", "least-connections",
		"sticky" };
	json_t *line = json_object();

	set_text(line, "hops", h->name);
	set_text(line, "balance", slice_str(balance[h->balance]));
	set_int(line, "waiting", nexthop_view_waiting(nexthop, h));
	set_int(line, "max-waiting", h->max_waiting);
	if (h->max_connections)
		set_int(line, "max-connections", h->max_connections);
	(void)json_object_set_new(line, "checked", json_boolean(h->health.at != NULL));
	return line;
}

static json_t *offers(const struct smtp_caps *caps)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < SMTP_CAP_COUNT; i++)
		if (smtp_caps_has(caps, (enum smtp_cap)i))
			(void)json_array_append_new(
				array, json_string(smtp_cap_name((enum smtp_cap)i)));
	return array;
}

static const char *state_word(const struct nexthop_view_member *m)
{
	return m->health.state == NEXTHOP_MEMBER_UP	? "up"
	       : m->health.state == NEXTHOP_MEMBER_DOWN ? "down"
							: "unknown";
}

static json_t *member(const struct config_hops *h, const struct nexthop_view_member *m)
{
	usec_t now = clock_now();
	json_t *line = json_object();

	set_text(line, "hops", h->name);
	set_text(line, "member", slice_str(m->name));
	set_text(line, "state", slice_str(state_word(m)));
	if (m->health.since)
		set_int(line, "state-for", (uint64_t)((now - m->health.since) / USEC_PER_SEC));
	if (m->health.state == NEXTHOP_MEMBER_DOWN && m->health.until > now)
		set_int(line, "left-alone-for", (uint64_t)((m->health.until - now) / USEC_PER_SEC));
	if (m->health.heard)
		set_int(line, "heard-ago", (uint64_t)((now - m->health.heard) / USEC_PER_SEC));
	set_int(line, "lost", m->health.losses);
	set_int(line, "connections", m->connections);
	set_int(line, "transactions", m->transactions);
	set_int(line, "weight", m->host->weight);
	if (m->host->max_connections)
		set_int(line, "max-connections", m->host->max_connections);
	if (m->known)
		(void)json_object_set_new(line, "offers", offers(&m->caps));
	if (m->known && m->caps.size)
		set_int(line, "size", m->caps.size);
	return line;
}

static int send_pool(struct ctx *ctx, const struct nexthop *nexthop, const struct config_hops *h,
	struct stream *to)
{
	struct nexthop_view_member m;
	int r = control_line_send(ctx, to, pool(nexthop, h));

	for (size_t i = 0; r == 0 && nexthop_view_member(nexthop, h, i, &m); i++)
		r = control_line_send(ctx, to, member(h, &m)); /* suspends */
	return r;
}

int control_pools_send(struct ctx *ctx, const struct server *server, const struct nexthop *nexthop,
	struct stream *to)
{
	const struct config *config = config_ref(server->config);
	int r = 0;

	for (size_t i = 0; i < config->listeners.n && r == 0; i++)
		r = control_line_send(ctx, to, listener(server, &config->listeners.v[i]));
	for (size_t i = 0; i < config->hops.n && r == 0; i++)
		r = send_pool(ctx, nexthop, &config->hops.v[i], to);
	config_unref(config);
	return r;
}
