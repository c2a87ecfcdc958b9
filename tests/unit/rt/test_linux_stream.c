/* Streams over real sockets: coalescing, buffers, large transfers. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "check_main.h"
#include "linux_pair.h"
#include "rt/loop.h"
#include "rt/scope.h"
#include "rt/stream.h"
#include "rt/transport.h"

#define MOMENT (10 * USEC_PER_MSEC)
#define LARGE  (8u << 20)

struct ends {
	struct stream *client, *server;
};

static struct ends connect_streams(struct ctx *ctx)
{
	struct pair p = connect_pair(ctx);

	return (struct ends){ stream_new(p.client), stream_new(p.server) };
}

static void free_ends(struct ends *e)
{
	stream_free(e->client);
	stream_free(e->server);
}

/* Answers each byte with a line until the end. */
static int answer_main(struct ctx *ctx, void *arg)
{
	struct stream *s = arg;
	int r;

	for (;;) {
		while (stream_peek(s).n) {
			stream_take(s, 1);
			r = stream_write(ctx, s, S("250 ok\r\n"));
			if (r < 0)
				return r;
		}
		r = stream_fill(ctx, s);
		if (r < 0)
			return r == ERR_EOF ? 0 : r;
	}
}

static int coalesce(struct ctx *ctx, void *arg)
{
	struct ends e = connect_streams(ctx);
	struct scope scope;
	struct slice want = S("250 ok\r\n250 ok\r\n250 ok\r\n");

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "answer", answer_main, e.server), 0);
	ck_assert_int_eq(stream_write(ctx, e.client, S("abc")), 0);
	/* The fill flushes; all three answers come in one piece. */
	ck_assert_int_eq(stream_fill(ctx, e.client), 0);
	ck_assert(slice_eq(stream_peek(e.client), want));
	stream_take(e.client, want.n);
	ck_assert_uint_eq(stream_bytes_in(e.client), want.n);
	ck_assert_uint_eq(stream_bytes_out(e.server), want.n);
	ck_assert_int_eq(stream_shutdown(ctx, e.client), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	free_ends(&e);
	return 0;
}

START_TEST(replies_leave_together)
{
	ck_assert_int_eq(loop_run("test", coalesce, NULL), 0);
}
END_TEST

static int fill_main(struct ctx *ctx, void *arg)
{
	return stream_fill(ctx, arg);
}

/* The buffer that one stream read into is given back while it waits: the next one gets it. */
static int idle(struct ctx *ctx, void *arg)
{
	struct ends a = connect_streams(ctx), b = connect_streams(ctx);
	struct scope scope;

	(void)arg;
	ck_assert_int_eq(stream_write(ctx, a.client, S("x")), 0);
	ck_assert_int_eq(stream_flush(ctx, a.client), 0);
	ck_assert_int_eq(stream_fill(ctx, a.server), 0);
	const char *first = stream_peek(a.server).p;

	stream_take(a.server, 1);
	ck_assert_int_eq(*first, 'x'); /* still there until the next fill */
	scope_init(&scope, SCOPE_SERVE);
	ck_assert_int_eq(scope_spawn(&scope, "idle", fill_main, a.server), 0);
	ck_assert_int_eq(ctx_sleep(ctx, MOMENT), 0);
	ck_assert_int_eq(stream_write(ctx, b.client, S("y")), 0);
	ck_assert_int_eq(stream_flush(ctx, b.client), 0);
	ck_assert_int_eq(stream_fill(ctx, b.server), 0);
	ck_assert_ptr_eq(stream_peek(b.server).p, first);
	scope_end(ctx, &scope);
	free_ends(&a);
	free_ends(&b);
	return 0;
}

START_TEST(an_idle_stream_holds_no_buffer)
{
	ck_assert_int_eq(loop_run("test", idle, NULL), 0);
}
END_TEST

static char pattern(size_t i)
{
	return (char)((i * 2654435761u) >> 13);
}

/* Pieces of many sizes, so that all ways through stream_write are used. */
static int send_large(struct ctx *ctx, void *arg)
{
	struct stream *s = arg;
	char *bytes = mem_alloc(LARGE);
	size_t at = 0, size = 1;
	int r = 0;

	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = pattern(i);
	while (r == 0 && at < LARGE) {
		size = size * 3 % 100003;
		if (size > LARGE - at)
			size = LARGE - at;
		r = stream_write(ctx, s, slice_of(bytes + at, size));
		at += size;
	}
	free(bytes);
	return r < 0 ? r : stream_shutdown(ctx, s);
}

static int transfer(struct ctx *ctx, void *arg)
{
	struct ends e = connect_streams(ctx);
	struct scope scope;
	size_t at = 0, wrong = 0;
	int r;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "sender", send_large, e.client), 0);
	while ((r = stream_fill(ctx, e.server)) == 0) {
		struct slice in = stream_peek(e.server);

		for (size_t i = 0; i < in.n; i++)
			wrong += in.p[i] != pattern(at + i);
		at += in.n;
		stream_take(e.server, in.n);
	}
	ck_assert_int_eq(r, ERR_EOF);
	ck_assert_uint_eq(at, LARGE);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	free_ends(&e);
	return 0;
}

START_TEST(much_arrives_whole)
{
	ck_assert_int_eq(loop_run("test", transfer, NULL), 0);
}
END_TEST

/* The peer does not read: a writer waits, is cancelled, and the stream is then of no use. */
static int stuck(struct ctx *ctx, void *arg)
{
	struct ends e = connect_streams(ctx);
	struct deadline d;

	(void)arg;
	ctx_narrow(ctx, &d, 5 * MOMENT);
	ck_assert_int_eq(ctx_widen(ctx, &d, send_large(ctx, e.client)), ERR_TIMEOUT);
	ck_assert_int_eq(stream_write(ctx, e.client, S("QUIT\r\n")), 0);
	ck_assert_int_eq(stream_flush(ctx, e.client), ERR_RESET);
	free_ends(&e);
	return 0;
}

START_TEST(a_cut_write_is_not_followed_by_another)
{
	ck_assert_int_eq(loop_run("test", stuck, NULL), 0);
}
END_TEST

static int full(struct ctx *ctx, void *arg)
{
	struct ends e = connect_streams(ctx);
	struct slice chunk = { .n = STREAM_INPUT_BYTES + 100 };
	char *bytes = mem_zalloc(chunk.n);
	int r;

	(void)arg;
	bytes[STREAM_INPUT_BYTES] = 'z';
	chunk.p = bytes;
	ck_assert_int_eq(stream_write(ctx, e.client, chunk), 0);
	ck_assert_int_eq(stream_flush(ctx, e.client), 0);
	while ((r = stream_fill(ctx, e.server)) == 0)
		;
	ck_assert_int_eq(r, ERR_LIMIT);
	ck_assert_uint_eq(stream_peek(e.server).n, STREAM_INPUT_BYTES);
	ck_assert(stream_has_input(e.server));
	stream_take(e.server, STREAM_INPUT_BYTES - 1);
	ck_assert_int_eq(stream_fill(ctx, e.server), 0);
	ck_assert_uint_eq(stream_peek(e.server).n, 101);
	ck_assert_int_eq(stream_peek(e.server).p[1], 'z');
	ck_assert_uint_eq(stream_drop_input(e.server), 101);
	ck_assert_uint_eq(stream_peek(e.server).n, 0);
	free(bytes);
	free_ends(&e);
	return 0;
}

START_TEST(input_has_its_limit)
{
	ck_assert_int_eq(loop_run("test", full, NULL), 0);
}
END_TEST

static int cancelled(struct ctx *ctx, void *arg)
{
	struct ends e = connect_streams(ctx);
	struct deadline d;

	(void)arg;
	ck_assert_int_eq(stream_write(ctx, e.client, S("x")), 0);
	ck_assert_int_eq(stream_flush(ctx, e.client), 0);
	ctx_narrow(ctx, &d, 0);
	/* Even with input at hand. */
	ck_assert_int_eq(ctx_widen(ctx, &d, stream_fill(ctx, e.server)), ERR_TIMEOUT);
	ck_assert_int_eq(ctx->err.code, ERR_TIMEOUT);
	free_ends(&e);
	return 0;
}

START_TEST(a_passed_deadline_is_seen)
{
	ck_assert_int_eq(loop_run("test", cancelled, NULL), 0);
}
END_TEST

static int memory(struct ctx *ctx, void *arg)
{
	struct buf out;

	(void)arg;
	buf_init(&out, 100);
	struct stream *s = stream_memory(S("hello"), &out);

	ck_assert_int_eq(stream_fill(ctx, s), 0);
	ck_assert(slice_eq(stream_peek(s), S("hello")));
	stream_take(s, 5);
	ck_assert_int_eq(stream_write(ctx, s, S("ab")), 0);
	ck_assert_uint_eq(out.n, 0);
	ck_assert_int_eq(stream_fill(ctx, s), ERR_EOF);
	ck_assert(slice_eq(buf_slice(&out), S("ab")));
	ck_assert_int_eq(stream_shutdown(ctx, s), 0);
	ck_assert_ptr_null(stream_sock(s));
	ck_assert_int_eq(stream_peer(s).ip.family, IP_NONE);
	stream_free(s);
	stream_free(NULL);
	buf_done(&out);
	return 0;
}

START_TEST(memory_reads_and_writes)
{
	ck_assert_int_eq(loop_run("test", memory, NULL), 0);
}
END_TEST

/* One coroutine waits for input while another writes; what the first queues goes out too. */
static int two_sides(struct ctx *ctx, void *arg)
{
	struct ends e = connect_streams(ctx);
	struct scope scope;

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	ck_assert_int_eq(scope_spawn(&scope, "reader", fill_main, e.server), 0);
	ck_assert_int_eq(ctx_sleep(ctx, MOMENT), 0);
	ck_assert_int_eq(stream_write(ctx, e.server, S("to the client")), 0);
	ck_assert_int_eq(stream_flush(ctx, e.server), 0);
	ck_assert_int_eq(stream_fill(ctx, e.client), 0);
	ck_assert_int_eq(stream_write(ctx, e.client, S("back")), 0);
	ck_assert_int_eq(stream_flush(ctx, e.client), 0);
	ck_assert_int_eq(scope_wait(ctx, &scope), 0);
	ck_assert(slice_eq(stream_peek(e.server), S("back")));
	free_ends(&e);
	return 0;
}

START_TEST(one_reads_while_another_writes)
{
	ck_assert_int_eq(loop_run("test", two_sides, NULL), 0);
}
END_TEST

/* A stream that has read n bytes of a text of 1.5 buffers. */
static struct stream *has_read(struct ctx *ctx, const char *text)
{
	struct stream *s = stream_memory(slice_of(text, STREAM_INPUT_BYTES * 3 / 2), NULL);

	ck_assert_int_eq(stream_fill(ctx, s), 0);
	ck_assert_uint_eq(stream_peek(s).n, STREAM_INPUT_BYTES);
	return s;
}

/* Its buffer goes to the next stream; what was unread is unread still, and the text goes on. */
static int park_some(struct ctx *ctx, void *arg)
{
	const char *text = arg;
	struct stream *s = has_read(ctx, text), *next;
	const char *buffer = stream_peek(s).p;
	const size_t taken = STREAM_INPUT_BYTES - 100;
	struct slice rest = slice_of(text + taken, 100);

	stream_take(s, taken);
	stream_park(s);
	ck_assert_ptr_ne(stream_peek(s).p, buffer + taken);
	ck_assert(slice_eq(stream_peek(s), rest));
	const char *small = stream_peek(s).p;

	stream_park(s); /* once more changes nothing */
	ck_assert_ptr_eq(stream_peek(s).p, small);
	next = has_read(ctx, text);
	ck_assert_ptr_eq(stream_peek(next).p, buffer);
	stream_free(next);

	stream_take(s, 40);
	stream_wipe_taken(s);
	ck_assert_int_eq(small[0], 0);
	ck_assert_int_eq(stream_fill(ctx, s), 0);
	rest = slice_of(text + taken + 40, STREAM_INPUT_BYTES / 2 + 60);
	while (stream_peek(s).n < rest.n)
		ck_assert_int_eq(stream_fill(ctx, s), 0);
	ck_assert(slice_eq(stream_peek(s), rest));
	ck_assert_uint_eq(stream_bytes_in(s), STREAM_INPUT_BYTES * 3 / 2);
	stream_take(s, rest.n);
	ck_assert_int_eq(stream_fill(ctx, s), ERR_EOF);
	stream_free(s);
	return 0;
}

/* Half a buffer's worth and more stays where it is; of nothing nothing is kept. */
static int park_much_and_nothing(struct ctx *ctx, void *arg)
{
	struct stream *s = has_read(ctx, arg), *next;
	const char *buffer = stream_peek(s).p;

	stream_take(s, STREAM_INPUT_BYTES / 2);
	stream_park(s);
	ck_assert_ptr_eq(stream_peek(s).p, buffer + STREAM_INPUT_BYTES / 2);
	stream_take(s, STREAM_INPUT_BYTES / 2);
	stream_park(s);
	ck_assert_uint_eq(stream_peek(s).n, 0);
	next = has_read(ctx, arg);
	ck_assert_ptr_eq(stream_peek(next).p, buffer);
	stream_free(next);
	ck_assert_int_eq(stream_fill(ctx, s), 0);
	ck_assert_uint_eq(stream_peek(s).n, STREAM_INPUT_BYTES / 2);
	stream_park(s); /* to be freed while it holds less than a buffer */
	stream_take(s, 1);
	stream_park(s);
	stream_free(s);
	s = stream_memory(SLICE_NIL, NULL);
	stream_park(s); /* never read */
	stream_free(s);
	return 0;
}

START_TEST(a_parked_stream_keeps_what_is_unread)
{
	char *text = mem_alloc(STREAM_INPUT_BYTES * 3 / 2);

	for (size_t i = 0; i < STREAM_INPUT_BYTES * 3 / 2; i++)
		text[i] = pattern(i);
	ck_assert_int_eq(loop_run("test", _i ? park_much_and_nothing : park_some, text), 0);
	free(text);
}
END_TEST

static int take_output(struct ctx *ctx, void *arg)
{
	struct buf out, taken;
	struct stream *s;

	(void)arg;
	buf_init(&out, 100);
	buf_init(&taken, 100);
	s = stream_memory(SLICE_NIL, &out);
	stream_take_output(s, &taken); /* nothing yet */
	ck_assert_uint_eq(taken.n, 0);
	buf_puts(&taken, "before ");
	ck_assert_int_eq(stream_write(ctx, s, S("250 one\r\n")), 0);
	ck_assert_int_eq(stream_write(ctx, s, S("250 two\r\n")), 0);
	stream_take_output(s, &taken);
	ck_assert(slice_eq(buf_slice(&taken), S("before 250 one\r\n250 two\r\n")));
	ck_assert_uint_eq(stream_bytes_out(s), 0);
	ck_assert_int_eq(stream_flush(ctx, s), 0);
	ck_assert_uint_eq(out.n, 0);

	/* Somebody sends it by and by: it is counted then, once. */
	ck_assert_int_eq(stream_write(ctx, s, S("250 one\r\n")), 0);
	ck_assert_int_eq(stream_flush(ctx, s), 0);
	ck_assert(slice_eq(buf_slice(&out), S("250 one\r\n")));
	ck_assert_uint_eq(stream_bytes_out(s), 9);
	stream_free(s);
	buf_done(&out);
	buf_done(&taken);
	return 0;
}

START_TEST(queued_output_can_be_taken_back)
{
	ck_assert_int_eq(loop_run("test", take_output, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rt linux stream");
	TCase *t = tcase_create("stream");

	tcase_set_timeout(t, 20);
	tcase_add_test(t, replies_leave_together);
	tcase_add_test(t, an_idle_stream_holds_no_buffer);
	tcase_add_test(t, much_arrives_whole);
	tcase_add_test(t, a_cut_write_is_not_followed_by_another);
	tcase_add_test(t, input_has_its_limit);
	tcase_add_test(t, a_passed_deadline_is_seen);
	tcase_add_test(t, memory_reads_and_writes);
	tcase_add_test(t, one_reads_while_another_writes);
	tcase_add_loop_test(t, a_parked_stream_keeps_what_is_unread, 0, 2);
	tcase_add_test(t, queued_output_can_be_taken_back);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
