/* The program in the middle of a scenario. */
#ifndef SLUICE_SCENARIOS_SUBJECT_H
#define SLUICE_SCENARIOS_SUBJECT_H

#include "base/metrics.h"
#include "play.h"

struct spool;

#define SUBJECT_ADDRESSES SCENARIO_HOST " 2001:db8::25"

struct subject *subject_new(struct play *p);
/* Ends it in order if it runs, and frees. */
void subject_free(struct ctx *ctx, struct play *p);

/* Each says with play_fail what did not work; s is NULL where that is no failure of the run. */
int subject_start(struct ctx *ctx, struct play *p, const struct stmt *s);
/* It must not start, and what it says must fit. */
int subject_start_fails(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice glob);
/* Stops it if it runs, mends its configuration, and starts it. */
int subject_revive(struct ctx *ctx, struct play *p);
/* Starts it if it was never started: what needs the program calls this first. */
int subject_need(struct ctx *ctx, struct play *p, const struct stmt *s);
/* Waits until each worker takes mail, if it runs. Fails as ctx_check. */
int subject_ready(struct ctx *ctx, struct play *p);
int subject_stop(struct ctx *ctx, struct play *p, const struct stmt *s);
/* kill -9 of a worker (from 0) or of all of them, which are then started again; or of everything. */
#define SUBJECT_WORKERS (-1)
#define SUBJECT_ALL	(-2)
int subject_kill(struct ctx *ctx, struct play *p, const struct stmt *s, int worker);
int subject_power_cut(struct ctx *ctx, struct play *p, const struct stmt *s);
/* The configuration's text becomes this (unless it is empty), and all is read again. fails: it must
 * be refused, with a text that fits; or NULL. */
int subject_reload(struct ctx *ctx, struct play *p, const struct stmt *s, struct slice config,
	const struct slice *fails);

/* What scenario_reload_now and scenario_reload say of the program. */
enum scenario_reload subject_reload_now(const struct play *p);
void subject_ask_reload(struct play *p);

/* Puts a file on the program's disk. */
void subject_write(struct play *p, const char *path, struct slice content);
/* For the next start. A zero follows the text, which outlives the run. */
void subject_set_config(struct play *p, struct slice config);
void subject_set_workers(struct play *p, unsigned n);
/* Bytes that the sessions of each worker that runs may hold together. */
void subject_set_memory(struct play *p, size_t bytes);

struct sim_host *subject_host(struct play *p);
/* The i-th open partition; NULL behind the last. Valid until the next suspension. */
struct spool *subject_spool(struct play *p, size_t i);
uint64_t subject_metric(struct play *p, enum metric m);
/* The worker that is running now, from 0; -1: none is. */
int subject_worker_here(const struct play *p);

#endif
