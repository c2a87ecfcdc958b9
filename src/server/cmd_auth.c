/* AUTH (RFC 4954): the exchange runs in auth/server; here are the session's side of it and what a
 * success or failure means for the session. */
#include <stdio.h>
#include <stdlib.h>

#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "config/config.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "server/ahead.h"
#include "server/auth_offers.h"
#include "server/front.h"
#include "server/passage.h"
#include "server/server.h"
#include "server/session.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

unsigned auth_offers(const struct session *s)
{
	/* A password may be shown in the clear where nobody else can listen. */
	bool clear_ok = front_is_private(s);

	if (s->server->auth == NULL || s->login.n || s->listener->for_whom == CONFIG_FOR_MX ||
		(s->listener->tls_required && !s->tls))
		return 0;
	unsigned offers = auth_server_offers(s->server->auth, s->tls ? s->stream : NULL, clear_ok);

	/* Where nobody is there, no handshake has made a binding; a real one would. */
	if (s->server->pretence && s->tls && (offers & AUTH_BIT(AUTH_SCRAM_SHA_256)))
		offers |= AUTH_BIT(AUTH_SCRAM_SHA_256_PLUS);
	return offers;
}

void auth_offers_caps(const struct session *s, struct smtp_caps *caps)
{
	static const struct {
		enum auth_mech auth;
		enum smtp_mech smtp;
	} same[] = {
		{ AUTH_PLAIN, SMTP_MECH_PLAIN },
		{ AUTH_LOGIN, SMTP_MECH_LOGIN },
		{ AUTH_SCRAM_SHA_256, SMTP_MECH_SCRAM_SHA_256 },
		{ AUTH_SCRAM_SHA_256_PLUS, SMTP_MECH_SCRAM_SHA_256_PLUS },
	};
	unsigned offers = passage_is_wanted(s) ? 0 : auth_offers(s);

	if (passage_is_wanted(s))
		passage_offers(s, caps);
	/* Who has logged in may still say AUTH= in MAIL (RFC 4954 section 5). */
	if (offers == 0 && s->login.n == 0)
		return;
	smtp_caps_add(caps, SMTP_CAP_AUTH);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (offers & AUTH_BIT(same[i].auth))
			caps->mechs |= UINT32_C(1) << same[i].smtp;
}

int auth_ask(struct ctx *ctx, struct session *s, struct slice challenge, struct buf *ret)
{
	struct slice line;

	s->line.max = SMTP_LINE_AUTH_MAX;
	struct buf text;

	buf_init(&text, AUTH_LINE_MAX + 16);
	buf_puts(&text, "334 ");
	buf_put(&text, challenge);
	buf_puts(&text, "\r\n");
	int r = session_write(ctx, s, buf_slice(&text));

	buf_done_secret(&text);
	if (r == 0)
		r = session_read_line(ctx, s, &line);
	if (r == ERR_LIMIT)
		r = ERR_EOF; /* too many damaged lines: 421 was said, and nothing may follow it */
	s->line.max = SMTP_LINE_COMMAND_MAX;
	if (r == 0)
		buf_put(ret, line);
	return r;
}

static int ask(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	return auth_ask(ctx, arg, challenge, ret);
}

static int succeeded(
	struct ctx *ctx, struct session *s, const struct auth_result *result, const char *mechanism)
{
	s->login = arena_dup(&s->arena, slice_str(result->name));
	s->mechanism = mechanism;

	int r = ahead_connect(ctx, s, CONFIG_CONNECT_AUTH);

	if (r == ERR_UNREACHABLE) {
		s->login = SLICE_NIL;
		return session_say(ctx, s, 454, "4.7.0", "Log-in is not possible now; try again");
	}
	if (r < 0)
		return r;
	metric_add(METRIC_LOGINS, 1);
	LOG(ctx, EV_LOGGED_IN, FIELD("login", s->login), FIELD_STR("mechanism", mechanism));
	cmd_hello_offers(s, &s->caps);
	return session_say(ctx, s, 235, "2.7.0", "Welcome");
}

static const struct {
	int code;
	const char *enhanced, *text;
} failures[] = {
	[AUTH_WRONG] = { 535, "5.7.8", "Wrong user name or password" },
	[AUTH_DISABLED] = { 535, "5.7.8", "Wrong user name or password" },
	[AUTH_BUSY] = { 454, "4.7.0", "Too many log-ins at once; try again" },
	[AUTH_FAULT] = { 454, "4.7.0", "Log-in is not possible now; try again" },
	[AUTH_CANCELLED] = { 501, "5.7.0", "Log-in given up" },
	[AUTH_SYNTAX] = { 501, "5.5.2", "Malformed log-in" },
	[AUTH_UNSUPPORTED] = { 504, "5.5.4", "Mechanism not offered here" },
	[AUTH_REFUSED] = { 421, "4.7.0", "Too many failed log-ins from your address" },
};

static int failed(struct ctx *ctx, struct session *s, const struct auth_result *result)
{
	const char *user = result->name;

	metric_add(METRIC_LOGINS_FAILED, 1);
	LOG(ctx, EV_LOGIN_FAILED, FIELD_STR("login", user), FIELD_STR("why", result->why),
		FIELD_STR("outcome", auth_outcome_name(result->outcome)));
	int r = result->delay ? ctx_sleep(ctx, result->delay) : 0;

	if (r < 0)
		return r;
	if (result->outcome == AUTH_WRONG || result->outcome == AUTH_DISABLED)
		s->login_failures++;
	if (s->login_failures >= s->config->limits.login_failures)
		return session_say(ctx, s, 421, "4.7.0", "Too many failed log-ins");
	return session_say(ctx, s, failures[result->outcome].code,
		failures[result->outcome].enhanced, "%s", failures[result->outcome].text);
}

/* The answer could not be given in order: why the mechanism list is empty. */
static int not_offered(struct ctx *ctx, struct session *s)
{
	if (s->login.n)
		return session_say(ctx, s, 503, "5.5.1", "You are logged in already");
	if (s->listener->tls_required && !s->tls)
		return session_say(ctx, s, 538, "5.7.11", "Say STARTTLS first");
	return session_say(ctx, s, 502, "5.5.1", "AUTH is not offered here");
}

int cmd_auth_assume(struct ctx *ctx, struct session *s, struct slice name)
{
	if (passage_is_wanted(s))
		return passage_assume(ctx, s, name);

	unsigned offers = auth_offers(s);
	struct auth_result result = { .outcome = AUTH_WRONG, .why = "no such user" };

	if (offers == 0)
		return not_offered(ctx, s);
	const struct auth_user *user = auth_users_find(auth_server_users(s->server->auth), name);

	if (user) {
		/* A crypt(3) secret serves only who shows the password. */
		bool fits = user->secret.kind == AUTH_SECRET_SCRAM ||
			    (offers & AUTH_BIT(AUTH_PLAIN));

		result.outcome = user->disabled ? AUTH_DISABLED : fits ? AUTH_OK : AUTH_WRONG;
		snprintf(result.name, sizeof(result.name), "%.*s", SLICE_ARG(user->name));
	}
	return result.outcome == AUTH_OK ? succeeded(ctx, s, &result, NULL)
					 : failed(ctx, s, &result);
}

int cmd_auth(struct ctx *ctx, struct session *s, const struct smtp_cmd *cmd)
{
	struct auth_request req = {
		.mechanism = cmd->auth.mechanism,
		.initial = cmd->auth.initial,
		.has_initial = cmd->auth.has_initial,
		.offers = passage_is_wanted(s) ? 0 : auth_offers(s),
		.client = s->peer.ip,
		.stream = s->tls ? s->stream : NULL,
		.ask = ask,
		.arg = s,
	};
	struct auth_result result;
	struct arena kept = ARENA_INIT;

	if (passage_is_wanted(s))
		return passage_auth(ctx, s, cmd);

	if (req.offers == 0)
		return not_offered(ctx, s);
	/* The exchange reads more lines: what points at this one must move. */
	req.mechanism = arena_dup(&kept, req.mechanism);
	req.initial = arena_dup(&kept, req.initial);
	enum auth_mech mech = auth_mech_parse(req.mechanism);

	ctx->log.action = "log-in";
	int r = auth_server_run(ctx, s->server->auth, &req, &result);

	mem_wipe((void *)(uintptr_t)req.initial.p, req.initial.n);
	arena_reset(&kept);
	stream_take(s->stream, s->taken);
	s->taken = 0;
	stream_wipe_taken(s->stream);
	if (r < 0)
		return s->closing ? ERR_LIMIT : r;
	if (result.outcome == AUTH_OK)
		return succeeded(ctx, s, &result, auth_mech_name(mech));
	return failed(ctx, s, &result);
}
