/* A control process and workers made of doors in one loop, talking through sockets in a temporary
 * folder: order, limits, sums, and workers that are not there. */
#include "control/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "check_main.h"
#include "control/client.h"
#include "control/control.h"
#include "control/door.h"
#include "control/json.h"
#include "control/line.h"
#include "control/request.h"
#include "rt/ctx.h"
#include "rt/local.h"
#include "rt/loop.h"
#include "rt/net.h"
#include "rt/scope.h"
#include "rt/stream.h"

#define WORKERS 3

/* What the stand-in of a worker answers: so many ids from `first` on, WORKERS apart. */
struct stand_in {
	struct control_door door;
	struct listen_sock *socket;
	unsigned number, lines;
	bool breaks; /* goes away in the middle */
	const char *error;
};

static char folder[200];
static struct stand_in workers[WORKERS];

static int answer_id(struct ctx *ctx, struct stream *to, uint64_t n)
{
	json_t *line = json_object();
	char id[TEXT_ID_CHARS];

	text_id(n, id);
	ck_assert_int_eq(json_object_set_new(line, "id", json_stringn(id, sizeof(id))), 0);
	return control_line_send(ctx, to, line);
}

static int answer(struct ctx *ctx, void *arg, const struct control_request *request,
	struct stream *to, json_t *end)
{
	const struct stand_in *w = arg;

	if (request->verb == CONTROL_SUMMARY)
		return control_line_send(ctx, to,
			json_pack("{s:i,s:i}", "messages", (int)w->number + 1, "oldest",
				100 - (int)w->number));
	for (unsigned i = 0; i < w->lines && (request->limit == 0 || i < request->limit); i++) {
		int r = answer_id(ctx, to, i * WORKERS + w->number);

		if (r < 0 || (w->breaks && i == 1))
			return r < 0 ? r : ERR_IO;
	}
	if (w->error)
		ck_assert_int_eq(json_object_set_new(end, "error", json_string(w->error)), 0);
	return 0;
}

static int run_door(struct ctx *ctx, void *arg)
{
	return control_door_run(ctx, arg);
}

static void start_workers(struct scope *scope, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char *path = control_worker_path(folder, i);

		workers[i].number = i;
		ck_assert_int_eq(local_listen(path, &workers[i].socket), 0);
		workers[i].door = (struct control_door){ workers[i].socket, answer, &workers[i] };
		ck_assert_int_eq(scope_spawn(scope, "worker", run_door, &workers[i].door), 0);
		free(path);
	}
}

static void stop_workers(struct ctx *ctx, struct scope *scope)
{
	scope_end(ctx, scope);
	for (unsigned i = 0; i < WORKERS; i++) {
		listen_sock_close(workers[i].socket);
		workers[i] = (struct stand_in){ 0 };
	}
}

/* Merges into text; end is the caller's. */
static void merge(struct ctx *ctx, const struct control_request *r, struct buf *text, json_t *end)
{
	struct stream *to;

	buf_init(text, 1 << 20);
	to = stream_memory(SLICE_NIL, text);
	ck_assert_int_eq(control_merge_answer(ctx, folder, WORKERS, r, to, end), 0);
	ck_assert_int_eq(stream_flush(ctx, to), 0);
	stream_free(to);
}

/* The lines are the ids 0, 1, 2 ...; returns how many. */
static unsigned count_in_order(const struct buf *text)
{
	struct slice rest = buf_slice(text);
	unsigned n = 0;
	uint64_t last = 0, id;

	while (rest.n) {
		json_t *line = control_json_parse(slice_split(&rest, '\n'));

		ck_assert(text_id_parse(control_json_get(line, "id"), &id));
		ck_assert(n == 0 || id > last);
		last = id;
		n++;
		json_decref(line);
	}
	return n;
}

static int merges(struct ctx *ctx, void *arg)
{
	struct control_request r = { .verb = CONTROL_LIST };
	json_t *end = json_object();
	struct scope scope;
	struct buf text;

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	workers[0].lines = 1000;
	workers[2].lines = 1500;
	start_workers(&scope, WORKERS);
	merge(ctx, &r, &text, end);
	ck_assert_uint_eq(count_in_order(&text), 2500);
	ck_assert_uint_eq(json_object_size(end), 0);
	buf_done(&text);

	r.limit = 7;
	merge(ctx, &r, &text, end);
	ck_assert_uint_eq(count_in_order(&text), 7);
	ck_assert(json_is_true(json_object_get(end, "more")));
	buf_done(&text);

	/* One worker alone has more than that, and exactly that. */
	json_object_clear(end);
	workers[2].lines = 0;
	r.limit = 999;
	merge(ctx, &r, &text, end);
	ck_assert_uint_eq(count_in_order(&text), 999);
	ck_assert(json_is_true(json_object_get(end, "more")));
	buf_done(&text);
	json_object_clear(end);
	r.limit = 1000;
	merge(ctx, &r, &text, end);
	ck_assert_uint_eq(count_in_order(&text), 1000);
	ck_assert_uint_eq(json_object_size(end), 0);
	buf_done(&text);

	r = (struct control_request){ .verb = CONTROL_SUMMARY };
	merge(ctx, &r, &text, end);
	ck_assert(slice_eq(buf_slice(&text), S("{\"messages\":6,\"oldest\":98}\n")));
	buf_done(&text);
	stop_workers(ctx, &scope);
	json_decref(end);
	return 0;
}

static int reports_trouble(struct ctx *ctx, void *arg)
{
	const struct control_request r = { .verb = CONTROL_LIST };
	json_t *end = json_object();
	struct scope scope;
	struct buf text;

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	workers[0].lines = 3;
	workers[0].error = "the disk is on fire";
	workers[1].lines = 5;
	workers[1].breaks = true;
	start_workers(&scope, 2);
	merge(ctx, &r, &text, end);
	/* All of worker 0; of worker 1 at most what it sent before. */
	ck_assert_uint_ge(count_in_order(&text), 3);
	ck_assert(slice_eq(control_json_get(end, "error"), S("the disk is on fire")));
	const json_t *missing = json_object_get(end, "missing");

	ck_assert_uint_eq(json_array_size(missing), 2);
	ck_assert_int_eq(control_json_int(json_array_get(missing, 0), "worker"), 2);
	ck_assert(slice_eq(
		control_json_get(json_array_get(missing, 0), "why"), S("it does not run")));
	ck_assert_int_eq(control_json_int(json_array_get(missing, 1), "worker"), 1);
	buf_done(&text);
	stop_workers(ctx, &scope);
	json_decref(end);
	return 0;
}

/* A whole conversation: bad requests are answered, and the connection goes on. */
static int converses(struct ctx *ctx, void *arg)
{
	const struct control_request good = { .verb = CONTROL_LIST };
	struct control_client c;
	struct scope scope;
	char *path = control_worker_path(folder, 0);

	(void)arg;
	scope_init(&scope, SCOPE_SERVE);
	workers[0].lines = 1;
	start_workers(&scope, 1);
	ck_assert_int_eq(control_client_ask(ctx, path, &good, &c), 0);
	ck_assert_int_eq(control_client_next(ctx, &c), 0);
	ck_assert(!c.ended);
	ck_assert_int_eq(control_client_next(ctx, &c), 0);
	ck_assert(c.ended);
	ck_assert_int_eq(stream_write(ctx, c.stream, S("{\"do\":\"dance\"}\n")), 0);
	ck_assert_int_eq(control_client_next(ctx, &c), 0);
	ck_assert(c.ended);
	ck_assert(slice_eq(control_json_get(c.now, "error"), S("'do' is none of the commands")));
	control_client_done(&c);
	/* Nobody listens any more: the file is there, and then another process takes the path. */
	stop_workers(ctx, &scope);
	ck_assert_int_eq(control_client_ask(ctx, path, &good, &c), ERR_REFUSED);
	control_client_done(&c);
	ck_assert_int_eq(local_listen(path, &workers[0].socket), 0);
	struct listen_sock *second = NULL;

	ck_assert_int_eq(local_listen(path, &second), ERR_BUSY);
	stop_workers(ctx, &scope);
	free(path);
	return 0;
}

static coro_fn *const cases[] = { merges, reports_trouble, converses };

static void remove_folder(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		char *path = control_worker_path(folder, i);

		(void)unlink(path);
		free(path);
	}
	(void)rmdir(folder);
}

/* _i odd: the folder's name alone is longer than a socket's path may be. */
START_TEST(talks)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/%.*s-XXXXXX", tmp ? tmp : "/tmp", _i % 2 ? 100 : 6,
		"sluice-a-name-so-long-that-no-socket-could-be-bound-below-it-since-the-kernel-"
		"takes-only-107-bytes-of-a-path");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(loop_run("test", cases[_i / 2], NULL), 0);
	remove_folder();
}
END_TEST

/* What stands in the way and is no socket is left alone. */
START_TEST(respects_files)
{
	struct listen_sock *l = NULL;
	char path[] = "/tmp/sluice-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(local_listen(path, &l), ERR_EXISTS);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(local_listen("/nonexistent/x", &l), ERR_NOTFOUND);
	ck_assert_ptr_null(l);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("merge");
	TCase *t = tcase_create("merge");

	tcase_add_loop_test(t, talks, 0, 2 * sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, respects_files);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
