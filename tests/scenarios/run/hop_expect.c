/* What a next hop must have got. */
#include "base/err.h"
#include "hop.h"
#include "hop_parts.h"

static const struct {
	const char *word;
	size_t offset;
} numbers[] = {
	{ "got", offsetof(struct hop, got) },
	{ "connections", offsetof(struct hop, connections) },
	{ "rcpts", offsetof(struct hop, rcpts) },
	{ "sessions", offsetof(struct hop, sessions) },
	{ "sessions-most", offsetof(struct hop, sessions_most) },
};

static const struct message *nth(const struct hop *server, uint64_t n)
{
	for (struct list *it = server->messages.next; it != &server->messages; it = it->next)
		if (--n == 0)
			return container_of(it, struct message, node);
	return NULL;
}

static int expect_message(
	struct ctx *ctx, struct play *p, const struct hop *server, const struct stmt *s)
{
	const struct message *m;
	uint64_t n = 0;

	if (!play_number(p, s, 3, &n))
		return ERR_INVALID;
	m = n ? nth(server, n) : NULL;
	if (m == NULL)
		return play_fail(p, s, "%.*s got %llu messages", SLICE_ARG(server->name),
			(unsigned long long)server->got);
	return op_run_all(ctx, p, (void *)(uintptr_t)m, hop_message_ops, s->block);
}

/* expect NAME WORD [<= | >=] N */
int hop_expect(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct hop *server = hop_find(p, stmt_word(s, 1));
	bool most = stmt_is(s, 3, "<="), least = stmt_is(s, 3, ">=");
	uint64_t want, is = UINT64_MAX;

	(void)self;
	if (server == NULL)
		return play_fail(p, s, "there is no server `%.*s`", SLICE_ARG(stmt_word(s, 1)));
	if (s->has_block)
		return expect_message(ctx, p, server, s);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (stmt_is(s, 2, numbers[i].word))
			is = *(const uint64_t *)(const void *)((const char *)server +
							       numbers[i].offset);
	if (is == UINT64_MAX)
		return play_fail(p, s, "what is `%.*s`?", SLICE_ARG(stmt_word(s, 2)));
	if (!play_number(p, s, most || least ? 4 : 3, &want))
		return ERR_INVALID;
	if (most ? is <= want : least ? is >= want : is == want) {
		play_see(p, "server %.*s %.*s %s %llu", SLICE_ARG(stmt_word(s, 1)),
			SLICE_ARG(stmt_word(s, 2)),
			most	? "<="
			: least ? ">="
				: "=",
			(unsigned long long)want);
		return 0;
	}
	return play_fail(p, s, "expected %s%llu, got %llu",
		most	? "at most "
		: least ? "at least "
			: "",
		(unsigned long long)want, (unsigned long long)is);
}

/* ---- in the block ---- */

static int compare(
	struct play *p, const struct stmt *s, const char *what, struct slice is, struct slice want)
{
	if (slice_glob(want, is))
		return 0;
	return play_fail(
		p, s, "expected %s `%.*s`, got `%.*s`", what, SLICE_ARG(want), SLICE_ARG(is));
}

static int op_from(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;

	(void)ctx;
	return compare(p, s, "from", m->from, stmt_word(s, 1));
}

static int op_to(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;

	(void)ctx;
	return compare(p, s, "to", buf_slice(&m->to), stmt_word(s, 1));
}

static int op_told(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;

	(void)ctx;
	return compare(p, s, "told", buf_slice(&m->told), stmt_word(s, 1));
}

static int search(struct play *p, const struct stmt *s, const struct message *m, bool wanted)
{
	struct slice text = buf_slice(&m->text), what = stmt_word(s, 1);

	if (what.n == 0 || (slice_search(text, what) < text.n) == wanted)
		return 0;
	return play_fail(p, s, "`%.*s` %s in:\n%.*s", SLICE_ARG(what), wanted ? "is not" : "stands",
		SLICE_ARG(slice_take(text, 1500)));
}

static int op_has(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	return search(p, s, self, true);
}

static int op_lacks(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	return search(p, s, self, false);
}

/* header NAME GLOB: of the first such field, unfolded. */
static int op_header(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;
	struct slice rest = buf_slice(&m->text), name = stmt_word(s, 1);
	struct buf value;
	int r;

	(void)ctx;
	buf_init(&value, 1 << 20);
	while (rest.n && rest.p[0] != '\n') {
		struct slice line = slice_split(&rest, '\n');

		if (!slice_starts_nocase(line, name) || slice_find(line, ':') != name.n)
			continue;
		buf_put(&value, slice_trim(slice_skip(line, name.n + 1)));
		while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t')) {
			buf_putc(&value, ' ');
			buf_put(&value, slice_trim(slice_split(&rest, '\n')));
		}
		break;
	}
	r = compare(p, s, "header", buf_slice(&value), stmt_word(s, 2));
	buf_done(&value);
	return r;
}

/* body TEXT: all behind the empty line. */
static int op_body(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;
	struct slice text = buf_slice(&m->text);
	size_t at = slice_starts(text, S("\n")) ? 1 : slice_search(text, S("\n\n")) + 2;
	struct slice body = slice_skip(text, at);

	(void)ctx;
	if (slice_eq(body, stmt_word(s, 1)))
		return 0;
	return play_fail(p, s, "another body:\n%.*s", SLICE_ARG(slice_take(body, 1500)));
}

/* bytes LEAST [MOST]: of the whole text, with plain line ends. */
static int op_bytes(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;
	uint64_t least, most = UINT64_MAX;

	(void)ctx;
	if (!play_number(p, s, 1, &least) || (s->n > 2 && !play_number(p, s, 2, &most)))
		return ERR_INVALID;
	if (m->text.n > most)
		return play_fail(p, s, "%zu bytes", m->text.n);
	return m->text.n >= least ? 0 : play_fail(p, s, "only %zu bytes", m->text.n);
}

static int time_is(struct play *p, const struct stmt *s, const struct message *m, bool after)
{
	usec_t time;
	struct buf b;

	if (!play_time(p, s, 1, &time))
		return ERR_INVALID;
	if (after ? m->at >= time : m->at <= time)
		return 0;
	buf_init(&b, 100);
	time_format(&b, m->at);
	int r = play_fail(p, s, "it came after %.*s", SLICE_ARG(buf_slice(&b)));

	buf_done(&b);
	return r;
}

static int op_after(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	return time_is(p, s, self, true);
}

static int op_before(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	(void)ctx;
	return time_is(p, s, self, false);
}

static int op_tls(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;

	(void)ctx;
	return m->tls == !stmt_is(s, 1, "no") ? 0 : play_fail(p, s, "tls is %d", m->tls);
}

static int op_login(struct ctx *ctx, struct play *p, void *self, const struct stmt *s)
{
	const struct message *m = self;

	(void)ctx;
	return m->login == !stmt_is(s, 1, "no") ? 0 : play_fail(p, s, "login is %d", m->login);
}

const struct op hop_message_ops[] = {
	{ "from", 1, 1, BLOCK_NONE, NULL, op_from },
	{ "to", 1, 1, BLOCK_NONE, NULL, op_to },
	{ "told", 1, 1, BLOCK_NONE, NULL, op_told },
	{ "has", 1, 1, BLOCK_NONE, NULL, op_has },
	{ "lacks", 1, 1, BLOCK_NONE, NULL, op_lacks },
	{ "header", 2, 2, BLOCK_NONE, NULL, op_header },
	{ "body", 1, 1, BLOCK_NONE, NULL, op_body },
	{ "bytes", 1, 2, BLOCK_NONE, NULL, op_bytes },
	{ "after", 1, 1, BLOCK_NONE, NULL, op_after },
	{ "before", 1, 1, BLOCK_NONE, NULL, op_before },
	{ "tls", 0, 1, BLOCK_NONE, NULL, op_tls },
	{ "login", 0, 1, BLOCK_NONE, NULL, op_login },
	{ NULL, 0, 0, BLOCK_NONE, NULL, NULL },
};
