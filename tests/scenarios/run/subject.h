/* The program in the middle of a scenario. */
#ifndef SLUICE_SCENARIOS_SUBJECT_H
#define SLUICE_SCENARIOS_SUBJECT_H

#include "base/metrics.h"
#include "play.h"

struct spool;

#define SUBJECT_ADDRESSES "192.0.2.25 2001:db8::25"

struct subject *subject_new(struct play *p);
/* Ends it in order if it runs, and frees. */
void subject_free(struct ctx *ctx, struct play *p);

/* Each says with play_fail what did not work. */
int subject_start(struct ctx *ctx, struct play *p, const struct stmt *s);
/* It must not start, and what it says must fit. */
int subject_start_fails(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice glob);
/* Starts it if it was never started: what needs the program calls this first. */
int subject_need(struct ctx *ctx, struct play *p, const struct stmt *s);
int subject_stop(struct ctx *ctx, struct play *p, const struct stmt *s);
/* worker: from 0, or -1 for all at once. */
int subject_kill(struct ctx *ctx, struct play *p, const struct stmt *s, int worker);
int subject_power_cut(struct ctx *ctx, struct play *p, const struct stmt *s);
/* The configuration's text becomes this (unless it is empty), and all is read again. */
int subject_reload(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice config);

/* Before it starts. */
void subject_set_config(struct play *p, struct slice config);
void subject_set_workers(struct play *p, unsigned n);

struct sim_host *subject_host(struct play *p);
/* The i-th open partition; NULL behind the last. */
struct spool *subject_spool(struct play *p, size_t i);
uint64_t subject_metric(struct play *p, enum metric m);

#endif
