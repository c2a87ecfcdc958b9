/* Under a flood the queue is full of the flood. So the known go first, the new next, and those that
 * failed lately last; one address cannot fill the middle rank; and when the queue is full, the
 * youngest of the suspects gives up its place to somebody better. */
#include "auth/turn.h"

#include "base/err.h"
#include "rt/ctx.h"
#include "rt/waitq.h"

enum waiter_state { WAITS, GRANTED, PUSHED_OUT };

struct waiter {
	struct list node;
	struct waitq woken;
	struct ip ip;
	enum waiter_state state;
};

void auth_turn_init(struct auth_turn *t, unsigned at_once, unsigned waiting_max, usec_t wait_max)
{
	t->free = at_once;
	t->waiting_max = waiting_max;
	t->wait_max = wait_max;
	t->waiting_n = 0;
	for (unsigned i = 0; i < AUTH_RANK_REFUSED; i++)
		list_init(&t->waiting[i]);
}

static void leave(struct auth_turn *t, struct waiter *w, enum waiter_state state)
{
	list_remove(&w->node);
	t->waiting_n--;
	w->state = state;
	(void)waitq_wake(&w->woken); /* false when it is about to wake by itself */
}

static unsigned waiting_from(struct list *queue, const struct ip *ip)
{
	unsigned n = 0;

	list_each (it, queue)
		n += ip_eq(&container_of(it, struct waiter, node)->ip, ip);
	return n;
}

/* True when there is room for one of this rank, if need be made. */
static bool make_room(struct auth_turn *t, enum auth_rank rank)
{
	struct list *suspects = &t->waiting[AUTH_RANK_SUSPECT];

	if (t->waiting_n < t->waiting_max)
		return true;
	if (rank >= AUTH_RANK_SUSPECT || list_empty(suspects))
		return false;
	leave(t, container_of(suspects->prev, struct waiter, node), PUSHED_OUT);
	return true;
}

static int wait_turn(struct ctx *ctx, struct auth_turn *t, struct waiter *w)
{
	struct deadline deadline;
	int r = 0;

	ctx_narrow(ctx, &deadline, t->wait_max);
	while (r == 0 && w->state == WAITS)
		r = waitq_wait(ctx, &w->woken);
	r = ctx_widen(ctx, &deadline, r);
	if (w->state == WAITS)
		leave(t, w, PUSHED_OUT);
	else if (w->state == GRANTED && r < 0)
		auth_turn_give(t); /* granted and cancelled in one turn of the loop */
	if (r == ERR_TIMEOUT || (r == 0 && w->state == PUSHED_OUT))
		return ERR_BUSY;
	return r;
}

int auth_turn_take(struct ctx *ctx, struct auth_turn *t, enum auth_rank rank, const struct ip *ip)
{
	struct waiter w = { .ip = *ip, .state = WAITS };
	int r = ctx_check(ctx);

	if (r < 0)
		return r;
	if (t->free > 0) {
		t->free--;
		return 0;
	}
	if (rank == AUTH_RANK_NEW &&
		waiting_from(&t->waiting[AUTH_RANK_NEW], ip) >= AUTH_TURN_PER_ADDRESS)
		rank = AUTH_RANK_SUSPECT;
	if (!make_room(t, rank))
		return ERR_BUSY;
	waitq_init(&w.woken);
	list_append(&t->waiting[rank], &w.node);
	t->waiting_n++;
	return wait_turn(ctx, t, &w);
}

void auth_turn_give(struct auth_turn *t)
{
	for (unsigned i = 0; i < AUTH_RANK_REFUSED; i++) {
		struct list *first = list_first(&t->waiting[i]);

		if (first) {
			leave(t, container_of(first, struct waiter, node), GRANTED);
			return;
		}
	}
	t->free++;
}
