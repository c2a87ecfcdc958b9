/* Messages are found first and looked at again afterwards, since each read may suspend and the
 * message may have been delivered meanwhile: whatever says "not found" then is simply passed over.
 * A condition on recipients chooses recipients, not messages: removing what goes to one address
 * leaves the others of the same message alone. */
#include "control/query.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "base/mem.h"
#include "base/text.h"
#include "control/describe.h"
#include "control/filter.h"
#include "control/json.h"
#include "control/line.h"
#include "control/request.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/stream.h"
#include "spool/spool.h"

#define PAGE 64 /* messages found at once */

struct query {
	struct spool *spool;
	const struct control_request *request;
	struct stream *to;
	json_t *end;
	/* The message at hand. */
	struct spool_info info;
	struct arena arena;
	struct spool_envelope envelope;
	uint64_t listed;
};

/* ---- conditions ---- */

/* The conditions on recipients. *ret says whether they hold. */
static int rcpt_matches(struct ctx *ctx, struct query *q, uint16_t i, bool *ret)
{
	struct spool_rcpt_info info;
	struct slice reason;

	*ret = spool_look_rcpt(q->spool, q->info.id, i, &info) &&
	       control_filter_rcpt(q->request, &info, q->envelope.rcpts[i].forward_path);
	if (!*ret || q->request->error.n == 0)
		return 0;
	int r = spool_read_reason(ctx, q->spool, q->info.id, i, &q->arena, &reason);

	*ret = r == 0 && control_filter_reason(q->request, reason);
	return r;
}

/* ---- list and show ---- */

/* One recipient with what the last attempt said. NULL when it is gone. */
static int rcpt_line(struct ctx *ctx, struct query *q, uint16_t i, json_t **ret)
{
	struct spool_rcpt_info info;
	struct slice reason = SLICE_NIL;
	int r = spool_read_reason(ctx, q->spool, q->info.id, i, &q->arena, &reason);

	*ret = NULL;
	if (r == 0 && spool_look_rcpt(q->spool, q->info.id, i, &info))
		*ret = control_describe_rcpt(&q->envelope.rcpts[i], &info, reason);
	return r;
}

static int list_rcpts(struct ctx *ctx, struct query *q, json_t *line)
{
	json_t *list = json_array(), *rcpt;
	uint64_t more = 0;
	int r = 0;

	for (uint16_t i = 0; i < q->info.rcpts && r == 0; i++) {
		bool matches;

		r = rcpt_matches(ctx, q, i, &matches);
		if (r < 0 || !matches)
			continue;
		if (json_array_size(list) == CONTROL_LISTED_MAX) {
			more++;
			continue;
		}
		r = rcpt_line(ctx, q, i, &rcpt);
		if (rcpt)
			(void)json_array_append_new(list, rcpt);
	}
	(void)json_object_set_new(line, "recipients", list);
	if (more)
		(void)json_object_set_new(line, "more", json_integer((json_int_t)more));
	return r < 0 ? r : json_array_size(list) ? 0 : ERR_NOTFOUND;
}

static int list_message(struct ctx *ctx, struct query *q)
{
	json_t *line = control_describe_message(&q->info, &q->envelope);
	int r = list_rcpts(ctx, q, line);

	if (r == 0) {
		q->listed++;
		return control_line_send(ctx, q->to, line);
	}
	json_decref(line);
	return r;
}

static int show_message(struct ctx *ctx, struct query *q)
{
	json_t *line = control_describe_message(&q->info, &q->envelope), *rcpt;

	control_describe_envelope(&q->envelope, line);
	int r = control_line_send(ctx, q->to, line);

	for (uint16_t i = 0; i < q->info.rcpts && r == 0; i++) {
		r = rcpt_line(ctx, q, i, &rcpt);
		if (rcpt == NULL)
			continue;
		line = control_describe_id(q->info.id);
		(void)json_object_set_new(line, "recipient", rcpt);
		r = control_line_send(ctx, q->to, line);
	}
	return r;
}

/* ---- cat ---- */

static int send_all(struct ctx *ctx, struct query *q, struct slice data)
{
	int r = 0;

	while (data.n && r == 0) {
		r = control_line_send(ctx, q->to,
			control_describe_data(q->info.id, slice_take(data, CONTROL_DATA_BYTES)));
		data = slice_skip(data, CONTROL_DATA_BYTES);
	}
	return r;
}

static int send_body(struct ctx *ctx, struct query *q, struct spool_reader *body)
{
	struct slice piece;
	int r;

	do {
		r = spool_body_read(ctx, body, &piece);
		if (r == 0)
			r = send_all(ctx, q, piece);
	} while (r == 0 && piece.n);
	return r;
}

static int cat_message(struct ctx *ctx, struct query *q)
{
	struct spool_reader *body;
	struct slice header;
	int r = spool_body_open(q->spool, q->info.id, &body);

	if (r < 0)
		return r;
	r = spool_read_header(ctx, q->spool, q->info.id, &q->arena, &header);
	if (r == 0)
		r = send_all(ctx, q, header);
	if (r == 0)
		r = send_all(ctx, q, S("\r\n"));
	if (r == 0)
		r = send_body(ctx, q, body);
	spool_body_close(body);
	return r;
}

/* ---- hold, release, retry, remove ---- */

static int act(struct ctx *ctx, struct query *q, int rcpt)
{
	switch (q->request->verb) {
	case CONTROL_HOLD:
		return spool_hold(ctx, q->spool, q->info.id, rcpt);
	case CONTROL_RELEASE:
		return spool_release(ctx, q->spool, q->info.id, rcpt);
	case CONTROL_RETRY:
		return spool_retry(ctx, q->spool, q->info.id, rcpt);
	case CONTROL_REMOVE:
		return spool_remove(ctx, q->spool, q->info.id, rcpt, S("removed by hand"));
	case CONTROL_SUMMARY:
	case CONTROL_LIST:
	case CONTROL_SHOW:
	case CONTROL_CAT:
	case CONTROL_STATUS:
	case CONTROL_METRICS:
		break;
	}
	return ctx_fail(ctx, ERR_UNSUPPORTED, "control", "this is no act");
}

/* To how many recipients the act applies now. */
static unsigned count_applicable(const struct query *q)
{
	static const unsigned states[CONTROL_VERBS] = {
		[CONTROL_HOLD] = 1u << SPOOL_WAITING | 1u << SPOOL_LEASED,
		[CONTROL_RELEASE] = 1u << SPOOL_HELD,
		[CONTROL_RETRY] = 1u << SPOOL_WAITING,
		[CONTROL_REMOVE] = 1u << SPOOL_WAITING | 1u << SPOOL_LEASED | 1u << SPOOL_HELD,
	};
	struct spool_rcpt_info info;
	unsigned n = 0;

	for (uint16_t i = 0; i < q->info.rcpts; i++)
		if (spool_look_rcpt(q->spool, q->info.id, i, &info) &&
			states[q->request->verb] & 1u << info.state)
			n++;
	return n;
}

/* Recipient by recipient; *ret_n were changed. */
static int act_on_matching(struct ctx *ctx, struct query *q, unsigned *ret_n)
{
	int r = 0;

	for (uint16_t i = 0; i < q->info.rcpts && r == 0; i++) {
		bool matches;

		r = rcpt_matches(ctx, q, i, &matches);
		if (r < 0 || !matches)
			continue;
		r = act(ctx, q, i);
		*ret_n += r == 0;
		if (r == ERR_NOTFOUND)
			r = 0;
	}
	return r == 0 && *ret_n == 0 ? ERR_NOTFOUND : r;
}

static int answer_act(struct ctx *ctx, struct query *q, const char *key, json_t *value)
{
	json_t *line = control_describe_id(q->info.id);

	(void)json_object_set_new(line, key, value);
	return control_line_send(ctx, q->to, line);
}

static int act_on_message(struct ctx *ctx, struct query *q)
{
	const struct control_request *request = q->request;
	bool chosen = control_filter_chooses(request);
	char id[TEXT_ID_CHARS];
	unsigned n = chosen ? 0 : count_applicable(q);
	int r = chosen ? act_on_matching(ctx, q, &n) : act(ctx, q, SPOOL_ALL);

	if (r == ERR_NOTFOUND && request->ids_n)
		return answer_act(ctx, q, "error",
			json_string("no recipient is in a state to which this applies"));
	if (r < 0)
		return r;
	text_id(q->info.id, id);
	LOG(ctx, EV_BY_HAND, FIELD("queue-id", slice_of(id, sizeof(id))),
		FIELD_STR("what", control_verb_name(request->verb)), FIELD_INT("recipients", n));
	return answer_act(ctx, q, "recipients", json_integer(n));
}

/* ---- finding ---- */

static int visit(struct ctx *ctx, struct query *q)
{
	switch (q->request->verb) {
	case CONTROL_LIST:
		return list_message(ctx, q);
	case CONTROL_SHOW:
		return show_message(ctx, q);
	case CONTROL_CAT:
		return cat_message(ctx, q);
	case CONTROL_HOLD:
	case CONTROL_RELEASE:
	case CONTROL_RETRY:
	case CONTROL_REMOVE:
		return act_on_message(ctx, q);
	case CONTROL_SUMMARY:
	case CONTROL_STATUS:
	case CONTROL_METRICS:
		break;
	}
	return ctx_fail(ctx, ERR_UNSUPPORTED, "control", "this asks for no messages");
}

/* What has happened to one message is no reason to stop. */
static int visit_one(struct ctx *ctx, struct query *q)
{
	int r = spool_read_envelope(ctx, q->spool, q->info.id, &q->arena, &q->envelope);

	if (r == 0 && control_filter_message(q->request, q->info.id, &q->envelope, clock_wall()))
		r = visit(ctx, q);
	arena_reset(&q->arena);
	if (r == ERR_CORRUPT)
		return answer_act(ctx, q, "error",
			json_string("stored bytes of the message have changed; it is held"));
	return r == ERR_NOTFOUND ? 0 : r;
}

static bool is_full(const struct query *q)
{
	return q->request->limit && q->listed >= q->request->limit;
}

static int each_id(struct ctx *ctx, struct query *q)
{
	int r = 0;

	for (size_t i = 0; i < q->request->ids_n && r == 0 && !is_full(q); i++)
		if (spool_look(q->spool, q->request->ids[i], &q->info))
			r = visit_one(ctx, q);
	return r;
}

static int each_found(struct ctx *ctx, struct query *q)
{
	const struct control_request *request = q->request;
	struct spool_found *page = mem_zalloc(PAGE * sizeof(*page));
	const struct spool_filter filter = {
		.from = control_filter_is_null(request->from) ? SLICE_NIL : request->from,
		.to = request->to,
		.login = request->login,
		.reason = request->error,
		.arrived_before = request->older ? clock_wall() - request->older : 0,
		.states = request->states,
	};
	uint64_t after = 0;
	size_t n = 0;
	int r;

	do {
		r = spool_find(ctx, q->spool, &filter, after, page, PAGE, &n, &after);
		for (size_t i = 0; i < n && r == 0 && !is_full(q); i++)
			if (spool_look(q->spool, page[i].info.id, &q->info))
				r = visit_one(ctx, q);
		if (r == 0)
			r = ctx_yield(ctx);
	} while (r == 0 && after && !is_full(q));
	free(page);
	return r;
}

int control_query_answer(struct ctx *ctx, struct spool *spool,
	const struct control_request *request, struct stream *to, json_t *end)
{
	struct query q = { .spool = spool, .request = request, .to = to, .end = end };
	int r = request->ids_n ? each_id(ctx, &q) : each_found(ctx, &q);

	if (r != ERR_IO && r != ERR_FULL)
		return r;
	(void)json_object_set_new(end, "error",
		control_json_text(slice_str(ctx->err.text ? ctx->err.text : err_name(r))));
	return 0;
}
