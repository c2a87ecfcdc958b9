/* The counters in Prometheus' text format, version 0.0.4. Pure. */
#ifndef SLUICE_CONTROL_METRICS_H
#define SLUICE_CONTROL_METRICS_H

#include <stdint.h>

#include "base/metrics.h"

struct buf;

/* Appends HELP, TYPE and value of each metric. read gives the value. */
void control_metrics_write(struct buf *b, uint64_t (*read)(void *arg, enum metric m), void *arg);

#endif
