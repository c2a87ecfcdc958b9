/* The table of counters and gauges. A worker's values stand in one array of words, which may lie in
 * memory that other processes read. To add one, add a row to base/metrics.def. Pure. */
#ifndef SLUICE_BASE_METRICS_H
#define SLUICE_BASE_METRICS_H

#include <stdint.h>

enum metric {
#define METRIC(id, name, kind, help) METRIC_##id,
#include "base/metrics.def"
#undef METRIC
	METRIC_COUNT
};

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

struct metric_info {
	const char *name; /* "sluice_messages_accepted_total" */
	enum metric_kind kind;
	const char *help; /* one sentence */
};

const struct metric_info *metric_info(enum metric m);

/* Where this process counts: METRIC_COUNT words, not owned. Until it is called, a private array. */
void metrics_use(uint64_t *cells);
/* The array in use. */
uint64_t *metrics_used(void);
/* Relaxed atomic: other processes read while we count. Threads other than the loop's may call. */
void metric_add(enum metric m, uint64_t n);
/* For gauges. */
void metric_sub(enum metric m, uint64_t n);
uint64_t metric_read(enum metric m);

#endif
