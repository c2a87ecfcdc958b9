/* Taking out: leases and outcomes. The state in memory changes at once, the record follows. */
#include "spool/spool.h"

#include <assert.h>

#include "base/err.h"
#include "rt/ctx.h"
#include "spool/core.h"

int spool_lease(
	struct spool *sp, uint64_t id, const uint16_t *rcpts, size_t n, struct spool_lease *ret)
{
	struct spool_message *m = spool_index_get(&sp->index, id);

	if (sp->failed)
		return ERR_IO;
	if (m == NULL)
		return ERR_NOTFOUND;
	for (size_t i = 0; i < n; i++) {
		if (rcpts[i] >= m->rcpts_n)
			return ERR_NOTFOUND;
		if (m->rcpts[rcpts[i]].state != SPOOL_WAITING)
			return ERR_BUSY;
	}
	for (size_t i = 0; i < n; i++)
		if (m->rcpts[rcpts[i]].state == SPOOL_WAITING)
			spool_index_move(&sp->index, m, rcpts[i], SPOOL_LEASED);
	*ret = (struct spool_lease){ id, sp->fence };
	return 0;
}

bool spool_lease_valid(const struct spool *sp, const struct spool_lease *lease)
{
	return lease->fence == sp->fence && !sp->failed;
}

/* What the recipient's stored state becomes. */
static struct spool_state_entry outcome(
	const struct spool_message *m, const struct spool_result *result)
{
	struct spool_state_entry e = spool_index_entry(m, result->rcpt);

	if (result->outcome == SPOOL_RETURN)
		return e;
	e.attempts = result->attempts;
	e.warned |= result->warned;
	e.reason = slice_take(result->reason, SPOOL_REASON_MAX);
	switch (result->outcome) {
	case SPOOL_DELIVERED:
		e.state = SPOOL_DONE;
		break;
	case SPOOL_FAIL:
		e.state = SPOOL_FAILED;
		break;
	case SPOOL_UNDELIVERABLE:
		e.state = SPOOL_HELD;
		e.held = SPOOL_HELD_UNDELIVERABLE;
		break;
	case SPOOL_DEFER:
		e.due = result->due;
		break;
	case SPOOL_RETURN:
		break;
	}
	return e;
}

size_t spool_results_bytes(const struct spool_result *results, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += SPOOL_RECORD_HEADER + SPOOL_STATE_BYTES +
			 slice_take(results[i].reason, SPOOL_REASON_MAX).n;
	return bytes;
}

size_t spool_results_add(
	struct spool_item *item, const struct spool_result *results, size_t n, bool late)
{
	struct spool *sp = item->sp;
	struct spool_message *m = NULL;
	size_t i;

	for (i = 0; i < n && (late || item->states.n < SPOOL_STATES_MAX); i++) {
		const struct spool_result *result = &results[i];

		if (m == NULL || m->id != result->id) {
			m = spool_index_get(&sp->index, result->id);
			assert(m);
			spool_item_add(item, SPOOL_RECORD_STATE, SPOOL_CAUSE_RESULT, m);
		}
		assert(result->rcpt < m->rcpts_n && m->rcpts[result->rcpt].state == SPOOL_LEASED);
		struct spool_state_entry e = outcome(m, result);

		spool_item_state(item, &e);
		if (late)
			m->rcpts[result->rcpt].wish = SPOOL_WISH_SETTLING;
	}
	return i;
}

/* The lease ends in memory. */
static void settle(struct spool *sp, const struct spool_result *result)
{
	struct spool_message *m = spool_index_get(&sp->index, result->id);

	assert(m && result->rcpt < m->rcpts_n);
	struct spool_rcpt *r = &m->rcpts[result->rcpt];
	struct spool_state_entry e = outcome(m, result);
	bool wished = r->wish != SPOOL_WISH_NONE;

	spool_index_move(&sp->index, m, result->rcpt, (enum spool_state)e.state);
	spool_index_restore(&sp->index, m, &e);
	r->wish = SPOOL_WISH_NONE;
	spool_drop_ended(sp, m);
	if (wished)
		spool_tell(sp, result->id);
}

void spool_record(struct spool *sp, const struct spool_result *results, size_t n)
{
	while (n) {
		struct spool_item *item = NULL;
		size_t taken = 1;

		if (results->outcome != SPOOL_RETURN) {
			size_t run = 1;

			while (run < n && results[run].outcome != SPOOL_RETURN)
				run++;
			item = spool_item_new(sp, (unsigned)run);
			item->inside = true;
			taken = spool_results_add(item, results, run, false);
		}
		for (size_t i = 0; i < taken; i++)
			settle(sp, &results[i]);
		if (item)
			spool_item_submit(item);
		results += taken;
		n -= taken;
	}
}

int spool_flush(struct ctx *ctx, struct spool *sp)
{
	uint64_t until = sp->next_seq;
	int r = 0;

	while (r == 0 && !list_empty(&sp->outstanding)) {
		const struct spool_item *first = container_of(
			sp->outstanding.next, struct spool_item, outstanding);

		if (first->seq >= until)
			break;
		r = waitq_wait(ctx, &sp->settled);
	}
	if (r == 0 && sp->failed)
		return ctx_fail(ctx, ERR_IO, "spool", "the spool has failed");
	return r;
}
