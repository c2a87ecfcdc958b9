/* One mapping for each kind of thing; a worker writes its own row, slot and word only. */
#include "app/shared.h"

#include "auth/throttle.h"
#include "base/tally.h"
#include "nexthop/board.h"
#include "rt/process.h"
#include "rt/random.h"
#include "server/doubts.h"

/* Clients with sessions, and destinations with connections, all together. */
#define TALLY_ENTRIES 65536
/* Pools and their members, all that were configured since the start. */
#define BOARD_ENTRIES 4096

void shared_init(struct shared *s, unsigned workers)
{
	size_t bytes = tally_bytes(TALLY_ENTRIES, workers);

	s->workers = workers;
	s->metrics = process_shared_memory((workers + 1) * METRIC_COUNT * sizeof(uint64_t));
	s->ready = process_shared_memory(workers * sizeof(uint32_t));
	s->tally = tally_init(
		process_shared_memory(bytes), TALLY_ENTRIES, workers, random_hash_key());
	s->board = nexthop_board_init(
		process_shared_memory(nexthop_board_bytes(BOARD_ENTRIES, workers)), BOARD_ENTRIES,
		workers, random_hash_key());
	s->doubts = doubts_init(process_shared_memory(doubts_bytes()), random_hash_key());
	s->throttle = auth_throttle_init(process_shared_memory(auth_throttle_bytes()),
		random_hash_key(), AUTH_THROTTLE_REFUSE_AFTER, AUTH_THROTTLE_DELAY_MAX);
	random_bytes(s->ticket_key, sizeof(s->ticket_key));
}

uint64_t *shared_row(const struct shared *s, unsigned worker)
{
	return s->metrics + (size_t)worker * METRIC_COUNT;
}

void shared_bury(const struct shared *s, unsigned worker)
{
	uint64_t *row = shared_row(s, worker), *past = shared_row(s, s->workers);

	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		uint64_t n = __atomic_exchange_n(&row[m], 0, __ATOMIC_RELAXED);

		if (metric_info(m)->kind == METRIC_COUNTER)
			__atomic_fetch_add(&past[m], n, __ATOMIC_RELAXED);
	}
	tally_forget(s->tally, worker);
	nexthop_board_forget(s->board, worker);
	shared_set_ready(s, worker, false);
}

uint64_t shared_metric(void *arg, enum metric m)
{
	const struct shared *s = arg;
	uint64_t sum = 0;

	if (m == METRIC_MEMBERS_UP)
		return nexthop_board_count(s->board, NEXTHOP_MEMBER_UP);
	if (m == METRIC_MEMBERS_DOWN)
		return nexthop_board_count(s->board, NEXTHOP_MEMBER_DOWN);
	if (m == METRIC_MEMBERS_UNKNOWN)
		return nexthop_board_count(s->board, NEXTHOP_MEMBER_UNKNOWN);
	for (unsigned i = 0; i <= s->workers; i++)
		sum += __atomic_load_n(&shared_row(s, i)[m], __ATOMIC_RELAXED);
	return sum;
}

void shared_set_ready(const struct shared *s, unsigned worker, bool ready)
{
	__atomic_store_n(&s->ready[worker], ready, __ATOMIC_RELEASE);
}

bool shared_is_ready(const struct shared *s, unsigned worker)
{
	return __atomic_load_n(&s->ready[worker], __ATOMIC_ACQUIRE) != 0;
}
