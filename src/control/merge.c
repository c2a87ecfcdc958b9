/* Each worker's lines come in order of queue id already, so it is enough to hold one line of each
 * and to send the least. All workers work while one is read: their answers wait in the sockets. */
#include "control/merge.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "control/client.h"
#include "control/control.h"
#include "control/json.h"
#include "control/line.h"
#include "control/request.h"
#include "rt/ctx.h"

struct merge {
	const struct control_request *request;
	struct control_client *sources;
	unsigned n;
	json_t *end;
};

static void note_missing(struct merge *m, unsigned worker, const char *why)
{
	json_t *list = json_object_get(m->end, "missing"), *entry = json_object();

	if (list == NULL) {
		list = json_array();
		(void)json_object_set_new(m->end, "missing", list);
	}
	(void)json_object_set_new(entry, "worker", json_integer(worker));
	(void)json_object_set_new(entry, "why", control_json_text(slice_str(why)));
	(void)json_array_append_new(list, entry);
}

/* The source is done with; r < 0 says that it should not be. */
static int close_source(struct ctx *ctx, struct merge *m, unsigned worker, int r)
{
	struct control_client *c = &m->sources[worker];
	const char *error = json_string_value(json_object_get(c->now, "error"));

	if (r == ERR_CANCELLED)
		return r;
	if (r == ERR_REFUSED || r == ERR_NOTFOUND)
		note_missing(m, worker, "it does not run");
	else if (r < 0)
		note_missing(m, worker, err_name(r));
	else if (error && json_object_get(m->end, "error") == NULL)
		(void)json_object_set_new(m->end, "error", json_string(error));
	control_client_done(c);
	(void)ctx;
	return 0;
}

/* Reads the source's next line, or closes it. */
static int advance(struct ctx *ctx, struct merge *m, unsigned worker)
{
	int r = control_client_next(ctx, &m->sources[worker]);

	return r < 0 || m->sources[worker].ended ? close_source(ctx, m, worker, r) : 0;
}

static int ask_all(struct ctx *ctx, struct merge *m, const char *spool_path)
{
	struct control_request one_more = *m->request;
	int r = 0;

	if (one_more.limit)
		one_more.limit++; /* to see whether there is more than that */

	for (unsigned i = 0; i < m->n && r == 0; i++) {
		char *path = control_worker_path(spool_path, i);
		int asked = control_client_ask(ctx, path, &one_more, &m->sources[i]);

		free(path);
		if (asked < 0)
			r = close_source(ctx, m, i, asked);
	}
	for (unsigned i = 0; i < m->n && r == 0; i++)
		if (m->sources[i].stream)
			r = advance(ctx, m, i);
	return r;
}

/* The worker whose line comes first; n when none is left. */
static unsigned least(const struct merge *m)
{
	unsigned best = m->n;

	for (unsigned i = 0; i < m->n; i++) {
		if (m->sources[i].now == NULL)
			continue;
		if (best == m->n || slice_cmp(control_json_get(m->sources[i].now, "id"),
					    control_json_get(m->sources[best].now, "id")) < 0)
			best = i;
	}
	return best;
}

static int send_lines(struct ctx *ctx, struct merge *m, struct stream *to)
{
	uint64_t sent = 0;
	int r = 0;

	for (unsigned i = least(m); i < m->n && r == 0; i = least(m)) {
		if (m->request->limit && sent++ == m->request->limit) {
			(void)json_object_set_new(m->end, "more", json_true());
			break;
		}
		r = control_line_send(ctx, to, json_incref(m->sources[i].now));
		if (r == 0)
			r = advance(ctx, m, i);
	}
	return r;
}

/* Numbers are added, except the oldest's time. */
static void add_up(json_t *total, json_t *line)
{
	const char *key;
	json_t *value;

	json_object_foreach(line, key, value)
	{
		json_int_t n = json_integer_value(value), before = control_json_int(total, key);

		if (!json_is_integer(value))
			continue;
		if (strcmp(key, "oldest") != 0)
			n += before;
		else if (before && before < n)
			n = before;
		(void)json_object_set_new(total, key, json_integer(n));
	}
}

static int send_sum(struct ctx *ctx, struct merge *m, struct stream *to)
{
	json_t *total = json_object();
	int r = 0;

	for (unsigned i = least(m); i < m->n && r == 0; i = least(m)) {
		add_up(total, m->sources[i].now);
		r = advance(ctx, m, i);
	}
	if (r == 0)
		return control_line_send(ctx, to, total);
	json_decref(total);
	return r;
}

int control_merge_answer(struct ctx *ctx, const char *spool_path, unsigned workers,
	const struct control_request *request, struct stream *to, json_t *end)
{
	struct merge m = { .request = request, .n = workers, .end = end };

	m.sources = mem_zalloc(workers * sizeof(*m.sources));
	int r = ask_all(ctx, &m, spool_path);

	if (r == 0)
		r = request->verb == CONTROL_SUMMARY ? send_sum(ctx, &m, to)
						     : send_lines(ctx, &m, to);
	for (unsigned i = 0; i < workers; i++)
		control_client_done(&m.sources[i]);
	free(m.sources);
	return r;
}
