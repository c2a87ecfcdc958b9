/* A client's process waits for blocks: `client c1 { ... }` hands one over and waits until it was
 * played, so that the statements of a file happen one after the other. Every byte sent and every reply
 * goes through its wire, from which the coverage is read. */
#include "guest.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "guest_parts.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/net.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"
#include "wire_text.h"

#define REPLY_MAX (1u << 20)
#define SHOWN_MAX (1u << 20)
#define GUEST_IP  "192.0.2.9" /* unless it says otherwise */

/* "promised QUEUE-ID to PATH PATH": what this client may rely upon; "quiet QUEUE-ID to PATH PATH": those of
 * whose failure it does not want to hear. */
static void see_promise(const struct guest *c, struct slice said, struct slice reply)
{
	static const struct slice queued = SLICE("250 2.0.0 Queued as ");
	struct slice id = slice_take(slice_skip(reply, queued.n), TEXT_ID_CHARS);

	if (!slice_starts(reply, queued) ||
		(!slice_eq(said, S("content")) && !slice_eq(said, S("BDAT"))))
		return;
	if (c->wire.quiet.n)
		play_see(c->play, "quiet %.*s to %.*s", SLICE_ARG(id),
			SLICE_ARG(buf_slice(&c->wire.quiet)));
	play_see(c->play, "promised %.*s to %.*s", SLICE_ARG(id),
		SLICE_ARG(buf_slice(&c->wire.rcpts)));
}

static void see_reply(void *arg, const char *state, struct slice said, struct slice reply)
{
	const struct guest *c = arg;

	play_see(c->play, "client %.*s %s %.*s %.*s", SLICE_ARG(c->name), state,
		SLICE_ARG(said.n ? said : S("-")), SLICE_ARG(reply));
	see_promise(c, said, reply);
}

/* "sent NAME STATE CODE VERB,VERB text TEXT": which message was answered how. */
static void see_text(
	void *arg, const char *state, struct slice verbs, struct slice text, struct slice reply)
{
	const struct guest *c = arg;
	struct buf shown;

	buf_init(&shown, SHOWN_MAX);
	wire_text_show(text, &shown);
	play_see(c->play, "sent %.*s %s %.*s %.*s text %.*s", SLICE_ARG(c->name), state,
		SLICE_ARG(slice_take(reply, 3)), SLICE_ARG(verbs), SLICE_ARG(buf_slice(&shown)));
	buf_done(&shown);
}

/* "end NAME STATE CODE HEX", "end NAME STATE CODE longest N", "end NAME data CODE in N" */
static void see_end(void *arg, const char *state, struct slice reply, const char *what)
{
	const struct guest *c = arg;

	play_see(c->play, "end %.*s %s %.*s %s", SLICE_ARG(c->name), state,
		SLICE_ARG(slice_take(reply, 3)), what);
}

void guest_disconnect(struct guest *c)
{
	stream_free(c->stream);
	c->stream = NULL;
	c->sock = NULL;
	c->has_reply = false;
	wire_done(&c->wire);
	wire_init(&c->wire, see_reply, see_text, see_end, c);
}

int guest_connect(struct ctx *ctx, struct guest *c, const struct stmt *s)
{
	struct deadline d;

	guest_disconnect(c);
	ctx_narrow(ctx, &d, GUEST_PATIENCE);
	int r = ctx_widen(ctx, &d, sock_connect(ctx, &c->to, NULL, &c->sock));

	if (r == 0) {
		c->stream = stream_new(c->sock);
		return 0;
	}
	c->sock = NULL;
	play_see(c->play, "client %.*s not-connected %s", SLICE_ARG(c->name), err_name(r));
	if (c->may_fail)
		return 0;
	return play_fail(c->play, s, "cannot connect: %s", err_name(r));
}

static int play_block(struct ctx *ctx, struct guest *c, const struct stmt *s)
{
	int r = 0;

	if (c->connect)
		r = guest_connect(ctx, c, s);
	c->connect = false;
	if (r == 0)
		r = op_run_all(ctx, c->play, c, guest_ops, s->block);
	if (r < 0 && r != ERR_CANCELLED && !c->play->failed)
		(void)play_fail(c->play, s, "%s", err_name(r));
	return r;
}

static int guest_main(struct ctx *ctx, void *arg)
{
	struct guest *c = arg;
	int r = 0;

	while (r != ERR_CANCELLED) {
		if (c->todo) {
			r = play_block(ctx, c, c->todo);
			c->todo = NULL;
			waitq_wake_all(&c->changed);
		} else {
			r = waitq_wait(ctx, &c->changed);
		}
	}
	guest_disconnect(c);
	wire_done(&c->wire);
	pool_free(c->pool);
	c->pool = NULL;
	c->todo = NULL;
	waitq_wake_all(&c->changed);
	return 0;
}

static struct guest *find(struct play *p, struct slice name)
{
	list_each (it, &p->clients) {
		struct guest *c = container_of(it, struct guest, node);

		if (slice_eq(c->name, name))
			return c;
	}
	return NULL;
}

static struct guest *make(struct play *p, struct slice name, struct slice from)
{
	struct guest *c = mem_zalloc(sizeof(*c));

	c->play = p;
	c->name = name;
	c->from = from;
	waitq_init(&c->changed);
	buf_init(&c->reply, REPLY_MAX);
	wire_init(&c->wire, see_reply, see_text, see_end, c);
	list_append(&p->clients, &c->node);
	c->proc = sim_proc_start(play_host(p, from), "client", guest_main, c);
	return c;
}

static bool read_words(struct guest **c, struct play *p, const struct stmt *s)
{
	struct slice from = S(GUEST_IP), to = SLICE_NIL;
	bool may_fail = false;

	for (size_t i = 2; i < s->n; i++) {
		if (stmt_is(s, i, "to") && i + 1 < s->n)
			to = stmt_word(s, ++i);
		else if (stmt_is(s, i, "from") && i + 1 < s->n)
			from = stmt_word(s, ++i);
		else if (stmt_is(s, i, "perhaps"))
			may_fail = true;
		else
			return false;
	}
	*c = find(p, stmt_word(s, 1));
	if (*c == NULL && to.n == 0)
		return false;
	if (*c == NULL)
		*c = make(p, stmt_word(s, 1), from);
	(*c)->may_fail = may_fail;
	(*c)->connect = to.n > 0;
	return to.n == 0 || ip_port_parse(to, &(*c)->to);
}

int guest_statement(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	struct guest *c;
	int r = 0;

	(void)self;
	if (!read_words(&c, p, s))
		return play_fail(p, s,
			"client NAME to ADDRESS:PORT [from ADDRESS], or a NAME "
			"that is connected");
	c->todo = s;
	waitq_wake_all(&c->changed);
	while (c->todo && r == 0)
		r = waitq_wait(ctx, &c->changed);
	return p->failed ? ERR_INVALID : r;
}

void guest_end_all(struct ctx *ctx, struct play *p)
{
	struct list *node;

	list_each (it, &p->clients)
		sim_proc_stop(container_of(it, struct guest, node)->proc);
	while ((node = list_pop(&p->clients))) {
		struct guest *c = container_of(node, struct guest, node);

		(void)sim_proc_wait(ctx, c->proc); /* it was cancelled, so it ends */
		wire_done(&c->wire);
		buf_done(&c->reply);
		free(c);
	}
}
