/* Answers about a spool with a few messages: what each condition finds, and which recipients an act
 * reaches. */
#include "control/query.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "check_main.h"
#include "conform.h"
#include "control/json.h"
#include "control/request.h"
#include "rt/ctx.h"
#include "rt/sim/sim.h"
#include "rt/stream.h"

#define ANSWER_MAX (4u << 20)

struct answer {
	struct buf text;
	json_t *end;
	size_t lines;
};

static uint64_t ids[3];

static void ask_request(
	struct ctx *ctx, struct spool *sp, const struct control_request *r, struct answer *a)
{
	struct stream *s;

	buf_init(&a->text, ANSWER_MAX);
	a->end = json_object();
	s = stream_memory(SLICE_NIL, &a->text);
	ck_assert_int_eq(control_query_answer(ctx, sp, r, s, a->end), 0);
	ck_assert_int_eq(stream_flush(ctx, s), 0);
	stream_free(s);
	a->lines = 0;
	for (size_t i = 0; i < a->text.n; i++)
		a->lines += a->text.p[i] == '\n';
}

/* line: a request, in which $0 to $2 stand for the ids. */
static void ask(struct ctx *ctx, struct spool *sp, const char *line, struct answer *a)
{
	struct arena arena = ARENA_INIT;
	struct control_request r;
	const char *why = NULL;
	struct buf b;

	buf_init(&b, 1000);
	for (const char *p = line; *p; p++) {
		char id[TEXT_ID_CHARS];

		if (*p != '$') {
			buf_putc(&b, *p);
			continue;
		}
		text_id(ids[*++p - '0'], id);
		buf_put(&b, slice_of(id, sizeof(id)));
	}
	ck_assert_msg(control_request_parse(buf_slice(&b), &arena, &r, &why) == 0, "%s", why);
	ask_request(ctx, sp, &r, a);
	arena_reset(&arena);
	buf_done(&b);
}

static void done(struct answer *a)
{
	buf_done(&a->text);
	json_decref(a->end);
}

static bool says(const struct answer *a, const char *text)
{
	return slice_search(buf_slice(&a->text), slice_str(text)) < a->text.n;
}

static void fill(struct ctx *ctx, struct spool *sp)
{
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(
			conform_put(ctx, sp, i, 100 + i, i == 2 ? 25 : 2, NULL, 0, &ids[i]), 0);
}

static void finds(struct ctx *ctx, struct spool *sp)
{
	static const struct {
		const char *request;
		size_t lines;
	} cases[] = {
		{ "{\"do\":\"list\"}", 3 },
		{ "{\"do\":\"list\",\"limit\":2}", 2 },
		{ "{\"do\":\"list\",\"ids\":[\"$1\",\"$2\",\"0000000000001\"]}", 2 },
		{ "{\"do\":\"list\",\"ids\":[\"$1\"],\"to\":\"rcpt9@*\"}", 0 },
		{ "{\"do\":\"list\",\"from\":\"FROM@example.org\"}", 3 },
		{ "{\"do\":\"list\",\"from\":\"<>\"}", 0 },
		{ "{\"do\":\"list\",\"from\":\"other@*\"}", 0 },
		{ "{\"do\":\"list\",\"to\":\"rcpt1@*\"}", 3 },
		{ "{\"do\":\"list\",\"to\":\"rcpt24@*\"}", 1 },
		{ "{\"do\":\"list\",\"login\":\"me\"}", 0 },
		{ "{\"do\":\"list\",\"error\":\"refused\"}", 0 },
		{ "{\"do\":\"list\",\"older\":1}", 0 },
		{ "{\"do\":\"list\",\"states\":[\"held\"]}", 0 },
		{ "{\"do\":\"list\",\"states\":[\"waiting\"]}", 3 },
		/* A message line, and one a recipient. */
		{ "{\"do\":\"show\",\"ids\":[\"$0\"]}", 3 },
		{ "{\"do\":\"show\",\"ids\":[\"$2\"]}", 26 },
		{ "{\"do\":\"show\",\"ids\":[\"0000000000001\"]}", 0 },
	};
	struct answer a;

	fill(ctx, sp);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(ctx, sp, cases[i].request, &a);
		ck_assert_msg(a.lines == cases[i].lines, "%s: %.*s", cases[i].request,
			SLICE_ARG(buf_slice(&a.text)));
		done(&a);
	}
	ck_assert_int_eq(ctx_sleep(ctx, 2 * USEC_PER_HOUR), 0);
	ask(ctx, sp, "{\"do\":\"list\",\"older\":3600}", &a);
	ck_assert_uint_eq(a.lines, 3);
	done(&a);
}

static void lists(struct ctx *ctx, struct spool *sp)
{
	struct answer a;

	fill(ctx, sp);
	ask(ctx, sp, "{\"do\":\"list\",\"ids\":[\"$2\"]}", &a);
	ck_assert(says(&a, "\"from\":\"from@example.org\""));
	ck_assert(says(&a, "\"to\":\"rcpt0@example.net\",\"state\":\"waiting\",\"attempts\":0"));
	ck_assert(says(&a, "\"to\":\"rcpt19@example.net\""));
	ck_assert(!says(&a, "\"to\":\"rcpt20@example.net\""));
	ck_assert(says(&a, "\"more\":5"));
	done(&a);
	/* A condition on recipients chooses them. */
	ask(ctx, sp, "{\"do\":\"list\",\"to\":\"rcpt24@*\"}", &a);
	ck_assert(says(&a, "rcpt24@"));
	ck_assert(!says(&a, "rcpt0@"));
	done(&a);
}

static void cats(struct ctx *ctx, struct spool *sp)
{
	struct answer a;
	uint64_t size = 0;

	ck_assert_int_eq(conform_put(ctx, sp, 7, 200000, 1, NULL, 0, &ids[0]), 0);
	ask(ctx, sp, "{\"do\":\"cat\",\"ids\":[\"$0\"]}", &a);
	for (struct slice rest = buf_slice(&a.text); rest.n;) {
		json_t *line = control_json_parse(slice_split(&rest, '\n'));
		struct buf data;

		buf_init(&data, 1 << 20);
		ck_assert(text_base64_decode(&data, control_json_get(line, "data")));
		if (size == 0)
			ck_assert(slice_eq(buf_slice(&data), S("Subject: 7 200000 1\r\n")));
		size += data.n;
		buf_done(&data);
		json_decref(line);
	}
	ck_assert_uint_eq(size, 21 + 2 + 200000);
	done(&a);
}

static enum spool_state state_of(const struct spool *sp, uint64_t id, uint16_t rcpt)
{
	struct spool_rcpt_info info = { .state = SPOOL_DONE };

	(void)spool_look_rcpt(sp, id, rcpt, &info);
	return info.state;
}

static void acts(struct ctx *ctx, struct spool *sp)
{
	struct answer a;

	fill(ctx, sp);
	ask(ctx, sp, "{\"do\":\"hold\",\"to\":\"rcpt1@*\"}", &a);
	ck_assert_uint_eq(a.lines, 3);
	ck_assert(says(&a, "\"recipients\":1}"));
	done(&a);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(state_of(sp, ids[i], 0), SPOOL_WAITING);
		ck_assert_int_eq(state_of(sp, ids[i], 1), SPOOL_HELD);
	}
	ask(ctx, sp, "{\"do\":\"list\",\"error\":\"held by hand\",\"states\":[\"held\"]}", &a);
	ck_assert_uint_eq(a.lines, 3);
	done(&a);
	ask(ctx, sp, "{\"do\":\"release\",\"ids\":[\"$0\"]}", &a);
	ck_assert(says(&a, "\"recipients\":1}"));
	done(&a);
	ck_assert_int_eq(state_of(sp, ids[0], 1), SPOOL_WAITING);
	/* Nothing is held any more: said for an id, passed over for a filter. */
	ask(ctx, sp, "{\"do\":\"release\",\"ids\":[\"$0\"]}", &a);
	ck_assert(says(&a, "\"error\":\"no recipient is in a state"));
	done(&a);
	ask(ctx, sp, "{\"do\":\"release\",\"states\":[\"active\"]}", &a);
	ck_assert_uint_eq(a.lines, 0);
	done(&a);
	ask(ctx, sp, "{\"do\":\"retry\",\"all\":true}", &a);
	ck_assert_uint_eq(a.lines, 3);
	ck_assert(says(&a, "\"recipients\":24}"));
	done(&a);
	ask(ctx, sp, "{\"do\":\"remove\",\"states\":[\"held\"]}", &a);
	ck_assert_uint_eq(a.lines, 2);
	done(&a);
	ck_assert_int_eq(state_of(sp, ids[1], 0), SPOOL_WAITING);
	ck_assert_int_eq(state_of(sp, ids[1], 1), SPOOL_DONE);
	ask(ctx, sp, "{\"do\":\"remove\",\"ids\":[\"$0\",\"$1\"]}", &a);
	ck_assert_uint_eq(a.lines, 2);
	done(&a);
	ask(ctx, sp, "{\"do\":\"list\"}", &a);
	ck_assert_uint_eq(a.lines, 1);
	done(&a);
}

/* ---- the world ---- */

typedef void case_fn(struct ctx *ctx, struct spool *sp);
static case_fn *const cases[] = { finds, lists, cats, acts };

static int on_host(struct ctx *ctx, void *arg)
{
	const struct spool_options options = { .kind = SPOOL_MEMORY };
	struct spool *sp;

	ck_assert_int_eq(spool_open(ctx, &options, &sp, NULL), 0);
	cases[*(int *)arg](ctx, sp);
	spool_close(ctx, sp);
	return 0;
}

static int in_world(struct ctx *ctx, void *arg)
{
	return sim_host_run(ctx, sim_host_new("mx", "192.0.2.1"), "control", on_host, arg);
}

START_TEST(answers)
{
	int which = _i;

	json_object_seed(1);
	sim_start(1);
	ck_assert_int_eq(sim_run("test", in_world, &which), 0);
	ck_assert_uint_eq(sim_stop(), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("query");
	TCase *t = tcase_create("query");

	tcase_add_loop_test(t, answers, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
