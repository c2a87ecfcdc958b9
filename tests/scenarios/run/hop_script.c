/* Connections that follow a script, for servers stranger than any answer can make them. */
#include "base/err.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "hop_parts.h"

#define PATIENCE (30 * USEC_PER_MIN)

static int op_expect(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;
	struct slice want = stmt_word(s, 1);
	struct deadline d;

	ctx_narrow(ctx, &d, PATIENCE);
	int r = ctx_widen(ctx, &d, hop_hear(ctx, v));

	if (r == ERR_CANCELLED)
		return r;
	if (slice_eq(want, S("end")))
		return r == ERR_EOF || r == ERR_RESET
			       ? 0
			       : play_fail(p, s, "expected the end, got: %.*s",
					 SLICE_ARG(buf_slice(&v->line)));
	if (r == 0 && slice_starts_nocase(buf_slice(&v->line), want))
		return 0;
	return play_fail(p, s, "expected %.*s, got: %.*s", SLICE_ARG(want),
		SLICE_ARG(r < 0 ? slice_str(err_name(r)) : buf_slice(&v->line)));
}

static int op_send(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;
	int r = 0;

	for (size_t i = 1; i < s->n && r == 0; i++) {
		play_see(p, "server %.*s says %.*s", SLICE_ARG(v->server->name),
			SLICE_ARG(stmt_word(s, i)));
		r = hop_say(ctx, v, stmt_word(s, i));
	}
	return r == ERR_CANCELLED ? r : 0; /* a client that has gone is seen by `expect` */
}

static int op_raw(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;

	play_see(p, "server %.*s says raw", SLICE_ARG(v->server->name));
	(void)stream_write(ctx, v->stream, stmt_word(s, 1));
	(void)stream_flush(ctx, v->stream);
	return 0;
}

static int op_wait(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;
	usec_t time;

	(void)stream_flush(ctx, v->stream);
	return play_time(p, s, 1, &time) ? ctx_sleep(ctx, time) : ERR_INVALID;
}

static int op_close(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	(void)p;
	(void)self;
	(void)s;
	return ERR_EOF;
}

static int op_reset(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;

	(void)p;
	(void)s;
	(void)stream_flush(ctx, v->stream);
	sim_sock_reset(v->sock);
	return ERR_RESET;
}

static int op_tls(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;

	if (v->server->tls == NULL)
		return play_fail(
			p, s, "this server has no certificate: tls NAME, before the script");
	(void)stream_drop_input(v->stream);
	int r = tls_accept(ctx, v->stream, v->server->tls);

	play_see(p, "server %.*s handshake %s", SLICE_ARG(v->server->name),
		r < 0 ? err_name(r) : "ok");
	return r;
}

/* content: everything to the lone dot. */
static int op_content(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct visit *v = self;
	int r;

	while ((r = hop_hear(ctx, v)) == 0 && !slice_eq(buf_slice(&v->line), S(".")))
		continue;
	return r == 0 || r == ERR_CANCELLED ? r
					    : play_fail(p, s, "no end of content: %s", err_name(r));
}

const struct op hop_script_ops[] = {
	{ "expect", 1, 1, BLOCK_NONE, NULL, op_expect },
	{ "send", 1, 60, BLOCK_NONE, NULL, op_send },
	{ "raw", 1, 1, BLOCK_NONE, NULL, op_raw },
	{ "wait", 1, 1, BLOCK_NONE, NULL, op_wait },
	{ "content", 0, 0, BLOCK_NONE, NULL, op_content },
	{ "tls", 0, 0, BLOCK_NONE, NULL, op_tls },
	{ "close", 0, 0, BLOCK_NONE, NULL, op_close },
	{ "reset", 0, 0, BLOCK_NONE, NULL, op_reset },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};

int hop_play_script(struct ctx *ctx, struct visit *v, const struct stmt *script)
{
	int r = op_run_all(ctx, v->server->play, v, hop_script_ops, script->block);

	return r == 0 ? ERR_EOF : r;
}
