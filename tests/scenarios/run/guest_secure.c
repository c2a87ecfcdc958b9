/* TLS and log-in of the clients, both by the program's own client side. */
#include "auth/client.h"
#include "base/err.h"
#include "certificates.h"
#include "guest_parts.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/stream.h"
#include "rt/tls.h"

#define LINE_MAX (AUTH_LINE_MAX + 100)

/* ---- TLS ---- */

static int handshake(struct ctx *ctx, struct guest *c, const struct stmt *s)
{
	struct slice name = stmt_word(s, 1);
	bool fails = stmt_is(s, 1, "fails");
	struct deadline d;

	if (c->stream == NULL || c->play->certificates == NULL)
		return play_fail(c->play, s, "no connection, or no `certificate` was made");
	ctx_narrow(ctx, &d, GUEST_PATIENCE);
	int r = tls_connect(ctx, c->stream, certificates_authorities(c->play->certificates),
		name.n && !fails ? name : S("relay.test"),
		name.n && !fails ? TLS_VERIFY_NAME : TLS_VERIFY_NONE, S("client"));

	r = ctx_widen(ctx, &d, r);
	if (r == ERR_CANCELLED)
		return r;
	play_see(c->play, "client %.*s handshake %s%s%.*s", SLICE_ARG(c->name),
		r ? err_name(r) : "ok", name.n && !fails ? " with " : "",
		SLICE_ARG(fails ? SLICE_NIL : name));
	if ((r < 0) != fails)
		return play_fail(c->play, s, "the handshake %s%s", r < 0 ? "fails: " : "succeeds",
			r < 0 && ctx->err.text ? ctx->err.text : "");
	if (r == 0)
		wire_secured(&c->wire);
	return 0;
}

int guest_tls(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)p;
	return handshake(ctx, self, s);
}

int guest_starttls(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)p;
	guest_send(ctx, self, S("STARTTLS\r\n"));
	int r = guest_want(ctx, self, s, "220");

	return r == 0 ? handshake(ctx, self, s) : r;
}

/* ---- AUTH ---- */

static void send_line(struct ctx *ctx, struct guest *c, struct buf *b)
{
	buf_puts(b, "\r\n");
	guest_send(ctx, c, buf_slice(b));
	buf_clear(b);
}

/* Answers challenges until another reply comes, which is left for `expect`. */
static int exchange(struct ctx *ctx, struct guest *c, struct auth_client *auth)
{
	struct buf b;
	int r;

	buf_init(&b, LINE_MAX);
	while ((r = guest_read(ctx, c)) == 0) {
		struct slice reply = buf_slice(&c->reply);
		enum auth_outcome outcome;

		if (!slice_starts(reply, S("334")))
			break;
		c->has_reply = false;
		r = auth_client_step(ctx, auth, c->pool, slice_skip(reply, 4), &b, &outcome);
		if (r < 0)
			break;
		if (outcome != AUTH_OK)
			buf_puts(&b, "*");
		send_line(ctx, c, &b);
	}
	buf_done(&b);
	return r == ERR_EOF || r == ERR_RESET ? 0 : r;
}

int guest_auth(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c = self;
	struct tls_info tls;
	bool secure = c->stream && stream_tls_info(c->stream, &tls);
	const struct auth_client_env env = { .stream = secure ? c->stream : NULL,
		.clear_ok = true };
	struct auth_client *auth = NULL;
	enum auth_mech mech = auth_mech_parse(stmt_word(s, 1));
	struct buf b;

	if (mech == AUTH_MECH_COUNT ||
		auth_client_new(mech, &env, stmt_word(s, 2), stmt_word(s, 3), &auth) != AUTH_OK)
		return play_fail(p, s, "this mechanism cannot be used here");
	if (c->pool == NULL)
		c->pool = pool_new("log-in", 1, 4);
	buf_init(&b, LINE_MAX);
	buf_printf(&b, "AUTH %s ", auth_mech_name(mech));
	if (!auth_client_initial(auth, &b))
		b.n--;
	send_line(ctx, c, &b);
	buf_done(&b);
	int r = exchange(ctx, c, auth);

	auth_client_free(auth);
	return r;
}
