/* Counting is one relaxed atomic addition into the process's cells. */
#include "base/metrics.h"

static const struct metric_info infos[METRIC_COUNT] = {
#define METRIC(id, name_, kind_, help_) [METRIC_##id] = { name_, METRIC_##kind_, help_ },
#include "base/metrics.def"
#undef METRIC
};

static uint64_t private_cells[METRIC_COUNT];
static uint64_t *cells = private_cells;

const struct metric_info *metric_info(enum metric m)
{
	return &infos[m];
}

void metrics_use(uint64_t *shared)
{
	cells = shared;
}

uint64_t *metrics_used(void)
{
	return cells;
}

void metric_add(enum metric m, uint64_t n)
{
	__atomic_fetch_add(&cells[m], n, __ATOMIC_RELAXED);
}

void metric_sub(enum metric m, uint64_t n)
{
	__atomic_fetch_sub(&cells[m], n, __ATOMIC_RELAXED);
}

uint64_t metric_read(enum metric m)
{
	return __atomic_load_n(&cells[m], __ATOMIC_RELAXED);
}
