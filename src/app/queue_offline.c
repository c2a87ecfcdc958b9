/* All partitions are read first, since only the end of a journal tells what is alive; then the
 * messages are told in order of their ids, over all partitions. */
#include "app/queue_offline.h"

#include <stdlib.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/partitions.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "control/describe.h"
#include "control/filter.h"
#include "control/json.h"
#include "control/request.h"
#include "rt/clock.h"
#include "rt/job.h"
#include "spool/offline.h"

struct offline {
	const char *who;
	const struct control_request *request;
	void (*line)(void *arg, const json_t *line);
	void *arg;
	struct spool_offline **parts;
	struct spool_offline_report *reports;
	size_t n;
	uint64_t listed;
	/* The message at hand. */
	const struct spool_offline *so;
	struct spool_info info;
	struct spool_envelope envelope;
	struct arena arena;
};

bool queue_offline_can(const struct control_request *request)
{
	return request->verb == CONTROL_SUMMARY || request->verb == CONTROL_LIST ||
	       request->verb == CONTROL_SHOW || request->verb == CONTROL_CAT;
}

static void tell(struct offline *o, json_t *take)
{
	o->line(o->arg, take);
	json_decref(take);
}

/* ---- summary ---- */

static void tell_summary(struct offline *o)
{
	struct spool_offline_report sum = { 0 };
	json_t *line = json_object();
	uint64_t oldest = 0;

	for (size_t i = 0; i < o->n; i++) {
		struct spool_info first;

		sum.messages += o->reports[i].messages;
		sum.bytes += o->reports[i].bytes;
		for (int k = 0; k < SPOOL_STATES; k++)
			sum.recipients[k] += o->reports[i].recipients[k];
		if (spool_offline_next(o->parts[i], 0, &first) &&
			(oldest == 0 || first.id < oldest))
			oldest = first.id;
	}
	(void)json_object_set_new(line, "messages", json_integer((json_int_t)sum.messages));
	(void)json_object_set_new(
		line, "waiting", json_integer((json_int_t)sum.recipients[SPOOL_WAITING]));
	(void)json_object_set_new(
		line, "held", json_integer((json_int_t)sum.recipients[SPOOL_HELD]));
	(void)json_object_set_new(line, "message-bytes", json_integer((json_int_t)sum.bytes));
	if (oldest)
		(void)json_object_set_new(
			line, "oldest", json_integer(spool_id_time(oldest) / USEC_PER_SEC));
	tell(o, line);
}

/* ---- list and show ---- */

/* NULL when the recipient does not match (asked for a list) or cannot be read. */
static json_t *describe_rcpt(struct offline *o, uint16_t i, bool filter)
{
	struct spool_rcpt_info info;
	struct slice reason = SLICE_NIL;

	if (!spool_offline_rcpt(o->so, o->info.id, i, &info))
		return NULL;
	if (filter && !control_filter_rcpt(o->request, &info, o->envelope.rcpts[i].forward_path))
		return NULL;
	/* A reason that cannot be read is no reason to hide the recipient. */
	(void)spool_offline_reason(job_outside_loop(), o->so, o->info.id, i, &o->arena, &reason);
	if (filter && !control_filter_reason(o->request, reason))
		return NULL;
	return control_describe_rcpt(&o->envelope.rcpts[i], &info, reason);
}

static void list_message(struct offline *o)
{
	json_t *list = json_array(), *line;
	uint64_t more = 0;

	for (uint16_t i = 0; i < o->info.rcpts; i++) {
		json_t *rcpt = describe_rcpt(o, i, true);

		if (rcpt && json_array_size(list) < CONTROL_LISTED_MAX) {
			(void)json_array_append_new(list, rcpt);
			continue;
		}
		more += rcpt != NULL;
		json_decref(rcpt);
	}
	if (json_array_size(list) == 0) {
		json_decref(list);
		return;
	}
	o->listed++;
	if (o->request->limit && o->listed > o->request->limit) {
		json_decref(list);
		return;
	}
	line = control_describe_message(&o->info, &o->envelope);
	(void)json_object_set_new(line, "recipients", list);
	if (more)
		(void)json_object_set_new(line, "more", json_integer((json_int_t)more));
	tell(o, line);
}

static void show_message(struct offline *o)
{
	json_t *line = control_describe_message(&o->info, &o->envelope);

	control_describe_envelope(&o->envelope, line);
	tell(o, line);
	for (uint16_t i = 0; i < o->info.rcpts; i++) {
		json_t *rcpt = describe_rcpt(o, i, false);

		if (rcpt == NULL)
			continue;
		line = control_describe_id(o->info.id);
		(void)json_object_set_new(line, "recipient", rcpt);
		tell(o, line);
	}
}

/* ---- cat ---- */

static int tell_piece(void *arg, struct slice piece)
{
	struct offline *o = arg;

	while (piece.n) {
		tell(o, control_describe_data(o->info.id, slice_take(piece, CONTROL_DATA_BYTES)));
		piece = slice_skip(piece, CONTROL_DATA_BYTES);
	}
	return 0;
}

/* ---- all messages ---- */

static void tell_error(struct offline *o, const char *what)
{
	json_t *line = control_describe_id(o->info.id);

	(void)json_object_set_new(line, "error", json_string(what));
	tell(o, line);
}

static void visit(struct offline *o)
{
	struct job *job = job_outside_loop();
	int r = spool_offline_envelope(job, o->so, o->info.id, &o->arena, &o->envelope);

	if (r == 0 && !control_filter_message(o->request, o->info.id, &o->envelope, clock_wall()))
		return;
	if (r == 0 && o->request->verb == CONTROL_LIST)
		list_message(o);
	else if (r == 0 && o->request->verb == CONTROL_SHOW)
		show_message(o);
	else if (r == 0)
		r = spool_offline_content(job, o->so, o->info.id, tell_piece, o);
	if (r < 0)
		tell_error(o, r == ERR_CORRUPT ? "stored bytes of the message have changed"
					       : err_name(r));
}

/* The partition whose next message is the oldest; false at the end. */
static bool next_message(struct offline *o, uint64_t after)
{
	struct spool_info info;
	bool found = false;

	for (size_t i = 0; i < o->n; i++) {
		if (!spool_offline_next(o->parts[i], after, &info) ||
			(found && info.id >= o->info.id))
			continue;
		found = true;
		o->info = info;
		o->so = o->parts[i];
	}
	return found;
}

static bool is_full(const struct offline *o)
{
	return o->request->limit && o->listed > o->request->limit;
}

static void visit_all(struct offline *o)
{
	uint64_t after = 0;

	while (!is_full(o) && next_message(o, after)) {
		after = o->info.id;
		visit(o);
		arena_reset(&o->arena);
	}
}

static void visit_ids(struct offline *o)
{
	for (size_t k = 0; k < o->request->ids_n && !is_full(o); k++) {
		for (size_t i = 0; i < o->n; i++) {
			o->so = o->parts[i];
			if (spool_offline_look(o->so, o->request->ids[k], &o->info))
				visit(o);
			arena_reset(&o->arena);
		}
	}
}

/* ---- opening ---- */

static void show_progress(void *arg, unsigned done, unsigned total)
{
	partitions_progress(arg, done, total);
}

static int open_all(struct offline *o, const struct partitions *p)
{
	o->parts = mem_zalloc(p->n * sizeof(*o->parts));
	o->reports = mem_zalloc(p->n * sizeof(*o->reports));
	for (size_t i = 0; i < p->n; i++) {
		const struct spool_offline_watch watch = { .progress = show_progress,
			.arg = p->paths[i] };
		int r = spool_offline_open(job_outside_loop(), p->paths[i], &watch, &o->parts[o->n],
			&o->reports[o->n]);

		if (r == ERR_NOTFOUND)
			continue; /* a folder without a segment holds no mail */
		if (r < 0)
			return args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_IOERR, o->who,
				"%s cannot be read: %s", p->paths[i], err_name(r));
		if (o->reports[o->n++].rotten)
			(void)args_fail(0, o->who,
				"%s has rotten records: `sluice spool verify` says which",
				p->paths[i]);
	}
	return EX_OK;
}

static void close_all(struct offline *o)
{
	for (size_t i = 0; i < o->n; i++)
		spool_offline_close(o->parts[i]);
	free(o->parts);
	free(o->reports);
	arena_reset(&o->arena);
}

int queue_offline_run(const char *who, const char *spool_path,
	const struct control_request *request, void (*line)(void *arg, const json_t *line),
	void *arg, bool *ret_more)
{
	struct offline o = { .who = who, .request = request, .line = line, .arg = arg };
	struct partitions partitions = { 0 };
	int r = partitions_find(spool_path, &partitions);

	*ret_more = false;
	if (r < 0 && r != ERR_NOTFOUND)
		return args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_IOERR, who,
			"sluice does not run, and its spool %s cannot be read: %s", spool_path,
			err_name(r));
	(void)args_fail(0, who, "sluice does not run; this is what is in %s", spool_path);
	int status = open_all(&o, &partitions);

	if (status == EX_OK && request->verb == CONTROL_SUMMARY)
		tell_summary(&o);
	else if (status == EX_OK && request->ids_n)
		visit_ids(&o);
	else if (status == EX_OK)
		visit_all(&o);
	*ret_more = is_full(&o);
	close_all(&o);
	partitions_done(&partitions);
	return status;
}
