/* The writer: one coroutine that lays out whatever waits as one batch and gives it to a lane, which
 * does nothing but write and sync. While a sync runs, the next batch gathers: no timer, no linger.
 * On a disk that takes its time a second batch is begun while the first is under way (pace.c); the
 * batches are told in their order, so that what was answered never lies behind what was not. */
#include "base/err.h"
#include "base/metrics.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "spool/journal.h"

#define IDLE_MARK                                                                                  \
	(100 * USEC_PER_MSEC) /* then an empty batch tells the last one's rot from a tear */

/* ---- lanes ---- */

static void lane_body(struct job *job, struct lane *lane, void *arg)
{
	struct list items, answered;

	(void)arg;
	list_init(&items);
	list_init(&answered);
	while (lane_receive(job, lane, USEC_INFINITY, &items) || !list_empty(&items)) {
		struct list *node;

		while ((node = list_pop(&items))) {
			struct journal_batch *b = container_of(
				container_of(node, struct lane_item, node), struct journal_batch,
				item);
			struct iovec iov = { b->bytes, b->n };

			b->result = file_pwritev_durable(job, b->file, &iov, 1, b->offset);
			list_append(&answered, node);
		}
		lane_answer(job, lane, &answered);
	}
}

static void lane_done(struct lane_item *item, void *arg)
{
	struct journal *j = arg;

	container_of(item, struct journal_batch, item)->done = true;
	waitq_wake_all(&j->work);
}

void journal_lanes_open(struct journal *j)
{
	for (unsigned i = 0; i < JOURNAL_BATCHES; i++)
		j->batch[i].lane = lane_new("spool-commit", lane_body, lane_done, j);
}

void journal_lanes_close(struct ctx *ctx, struct journal *j)
{
	for (unsigned i = 0; i < JOURNAL_BATCHES; i++)
		lane_close(ctx, j->batch[i].lane);
}

/* ---- the batches under way ---- */

static struct journal_batch *oldest(struct journal *j)
{
	return &j->batch[j->head];
}

/* The one to be laid out next. */
static struct journal_batch *next(struct journal *j)
{
	return &j->batch[(j->head + j->under_way) % JOURNAL_BATCHES];
}

static void launch(struct journal *j, struct journal_batch *b)
{
	bool taken = j->under_way && oldest(j)->file == b->s->file;

	b->file = taken ? b->s->second : b->s->file;
	b->done = false;
	b->began = clock_now();
	j->under_way++;
	j->mark = false;
	lane_send(b->lane, &b->item);
}

static void fail_all(struct list *items, int result)
{
	struct list *node;

	while ((node = list_pop(items)))
		spool_item_finish(container_of(node, struct spool_item, node), result);
}

/* The disk has failed us: nothing is known about what is under way, nothing more is written. */
static void give_up(struct journal *j)
{
	spool_fail(j->sp);
	for (; j->under_way; j->under_way--, j->head = (j->head + 1) % JOURNAL_BATCHES)
		fail_all(&oldest(j)->items, ERR_IO);
	fail_all(&j->pending, ERR_IO);
	fail_all(&j->sp->held_back, ERR_IO);
	waitq_wake_all(&j->written);
}

/* The oldest batch has come back: everybody learns. */
static void settle(struct journal *j)
{
	struct journal_batch *b = oldest(j);

	if (b->result < 0) {
		give_up(j);
		return;
	}
	pace_learn(&j->pace, clock_now() - b->began, b->header.under_way > 0);
	j->head = (j->head + 1) % JOURNAL_BATCHES;
	j->under_way--;
	journal_batch_finish(j, b);
}

/* Suspends until nothing is under way; nothing interrupts it. */
static void settle_all(struct ctx *ctx, struct journal *j)
{
	struct deadline d;

	ctx_shield(ctx, &d, USEC_INFINITY);
	while (j->under_way) {
		if (oldest(j)->done)
			settle(j);
		else
			(void)waitq_wait(ctx, &j->work); /* shielded: cannot fail */
	}
	(void)ctx_widen(ctx, &d, 0);
}

/* ---- segments ---- */

/* Writes the summary as the segment's last batch, alone, ending at the segment's end. */
static void seal(struct ctx *ctx, struct journal *j)
{
	struct segment *s = j->current;
	struct journal_batch *b;

	settle_all(ctx, j);
	if (j->sp->failed)
		return;
	b = next(j);
	journal_batch_init(j, s, b);
	journal_batch_lay_seal(j, b);
	launch(j, b);
	settle_all(ctx, j);
	if (j->sp->failed)
		return;
	buf_done(&s->summary);
	file_close(s->second);
	s->second = NULL;
	s->state = SEGMENT_SEALED;
	j->current = NULL;
	journal_kick(j);
}

static void take_spare(struct journal *j)
{
	struct segment *s = container_of(list_pop(&j->spares), struct segment, node);

	j->spare_n--;
	s->state = SEGMENT_CURRENT;
	j->current = s;
	journal_kick(j);
}

enum way { WAY_WRITE, WAY_SEAL, WAY_STUCK };

static enum way to_front(struct journal *j, struct spool_item *item, enum way way)
{
	list_remove(&item->node);
	list_prepend(&j->pending, &item->node);
	return way;
}

/* Decides with which item to go on, and moves it to the front. Mail from outside never takes a
 * segment of the reserve: it waits for the next one to be made, or is refused when none can be;
 * what comes from inside may overtake it, but never each other. */
static enum way choose(struct journal *j)
{
	bool beyond = j->spare_n > j->reserve_n, full = journal_growth(j) == 0;
	struct journal_batch b;

	if (j->current)
		journal_batch_init(j, j->current, &b);
	list_each_safe (it, &j->pending) {
		struct spool_item *item = container_of(it, struct spool_item, node);

		if (j->current && journal_batch_fits(&b, item))
			return to_front(j, item, WAY_WRITE);
		if (item->inside ? j->spare_n > 0 : beyond)
			return to_front(j, item, WAY_SEAL);
		if (item->inside)
			return WAY_STUCK;
		if (full)
			spool_item_finish(item, ERR_FULL);
	}
	if (!list_empty(&j->pending) || !j->mark)
		return WAY_STUCK;
	if (j->current && journal_room_for_mark(j->current))
		return WAY_WRITE;
	return j->spare_n ? WAY_SEAL : WAY_STUCK;
}

/* Makes the current segment one in which the next item fits. False: nothing can be written now. */
static bool make_way(struct ctx *ctx, struct journal *j)
{
	enum way way = choose(j);

	if (way == WAY_STUCK)
		journal_kick(j);
	if (way != WAY_SEAL)
		return way == WAY_WRITE;
	if (j->current)
		seal(ctx, j);
	if (j->sp->failed)
		return false;
	take_spare(j);
	return true;
}

struct second {
	struct dir *dir;
	uint32_t number;
	struct file *file;
};

static int second_job(struct job *job, void *arg)
{
	struct second *s = arg;
	char name[JOURNAL_NAME_BYTES];

	journal_segment_name(name, "seg", s->number);
	return file_open(job, s->dir, name, FILE_READ | FILE_WRITE, &s->file);
}

/* Linux tells of pages that could not be written once to each open file, to whoever asks first: two
 * syncs at once through one of them could swap their results. So each has its own. Without a second
 * one (no descriptors left) the batches go one at a time. Suspends. */
static bool has_second(struct ctx *ctx, struct journal *j)
{
	struct segment *s = j->current;
	struct second w = { j->dir, s->number, NULL };

	if (s->second == NULL && !s->lone && journal_job(ctx, j, second_job, &w) == 0)
		s->second = w.file;
	s->lone = s->second == NULL;
	return !s->lone;
}

/* ---- the coroutine ---- */

/* Writes one batch; an empty one when nothing waits or fits. */
static void begin(struct journal *j)
{
	struct journal_batch *b = next(j);

	journal_batch_init(j, j->current, b);
	journal_batch_gather(j, b);
	journal_batch_lay_out(j, b);
	launch(j, b);
}

/* When a batch may be begun beside the one under way. The one before that must be the batch with
 * the number before it: its header says only how many are under way. */
static usec_t second_at(const struct journal *j)
{
	const struct journal_batch *first = &j->batch[j->head];

	if (j->under_way == JOURNAL_BATCHES || j->ending || first->s->lone ||
		first->header.number != first->header.previous + 1)
		return USEC_INFINITY;
	return pace_second(&j->pace, first->began);
}

/* Begins a second batch if it can be written into the current segment; sealing waits until nothing
 * is under way. */
static bool begin_second(struct ctx *ctx, struct journal *j)
{
	if (!has_second(ctx, j) || choose(j) != WAY_WRITE || list_empty(&j->pending))
		return false;
	metric_add(METRIC_COMMITS_BESIDE, 1);
	begin(j);
	return true;
}

/* Suspends until something happens, at most until that instant. True when it has come. */
static bool wait_until(struct ctx *ctx, struct journal *j, usec_t when)
{
	usec_t now = clock_now();
	struct deadline d;

	ctx_shield(ctx, &d, when == USEC_INFINITY ? when : when > now ? when - now : 1);
	return ctx_widen(ctx, &d, waitq_wait(ctx, &j->work)) == ERR_TIMEOUT;
}

/* Something is under way: waits for it, or begins a batch beside it. */
static void go_beside(struct ctx *ctx, struct journal *j)
{
	usec_t second = list_empty(&j->pending) ? USEC_INFINITY : second_at(j);

	if (oldest(j)->done)
		settle(j);
	else if (clock_now() < second)
		(void)wait_until(ctx, j, second);
	else if (!begin_second(ctx, j) && !oldest(j)->done)
		(void)wait_until(ctx, j, USEC_INFINITY);
}

/* Nothing is under way: begins a batch, or waits for work. *stuck: the last attempt to begin one
 * found no room. */
static void go_alone(struct ctx *ctx, struct journal *j, bool *stuck)
{
	bool marks = !j->last_empty && j->current;

	if (*stuck || (list_empty(&j->pending) && !j->mark)) {
		bool idle = wait_until(ctx, j, marks ? clock_now() + IDLE_MARK : USEC_INFINITY);

		if (idle && list_empty(&j->pending))
			j->mark = true;
		*stuck = false;
	} else if (make_way(ctx, j)) {
		begin(j);
	} else {
		*stuck = true;
	}
}

static bool is_finished(const struct journal *j, bool stuck)
{
	return j->sp->failed || (j->ending && (list_empty(&j->pending) || stuck));
}

int journal_writer(struct ctx *ctx, void *arg)
{
	struct journal *j = arg;
	bool stuck = false;

	while (!is_finished(j, stuck)) {
		if (j->under_way)
			go_beside(ctx, j);
		else
			go_alone(ctx, j, &stuck);
	}
	settle_all(ctx, j);
	if (!j->sp->failed && j->current && journal_room_for_mark(j->current)) {
		begin(j); /* says exactly which ids were given out */
		settle_all(ctx, j);
	}
	fail_all(&j->pending, ERR_FULL);
	return 0;
}
