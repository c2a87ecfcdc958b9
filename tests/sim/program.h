/* One sluice on one host of the simulated world: the program's own workers (src/app/worker.c), each
 * in a process of its own, under a supervisor of this file, which does what src/app/supervisor.c
 * does where there are signals and forks. Its configuration is the file sluice.yaml of the host's
 * disk; what it names is found there too (sim_disk_write). Paths are relative to the disk's root;
 * PROGRAM_SPOOL is a spool that suits a simulated disk. There is no control process: the workers'
 * control agents are asked. */
#ifndef SLUICE_TESTS_PROGRAM_H
#define SLUICE_TESTS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/metrics.h"

struct control_request;
struct ctx;
struct program;
struct sim_host;
struct sim_proc;
struct spool;

#define PROGRAM_SPOOL "spool: { path: spool, segment-size: 64KiB, reserve: 256KiB }\n"

/* Starts it and waits until all workers are ready; fails the test when they are not. */
struct program *program_start(
	struct ctx *ctx, struct sim_host *host, const char *yaml, unsigned workers);
/* The same without starting: program_restart does. */
struct program *program_new(struct sim_host *host, const char *yaml, unsigned workers);
/* Starts it again after it has stopped or lost its power: on what the disk holds. Waits until all
 * workers are ready. ERR_INVALID when it ended before (program_why); ERR_TIMEOUT after ten minutes.
 * */
int program_restart(struct ctx *ctx, struct program *p);
/* Writes the file, then as SIGHUP. ERR_ when it is refused: the old configuration stays. The
 * workers have been told when it returns, and do it in the next moments. */
int program_reload(struct ctx *ctx, struct program *p, const char *yaml);
/* For a hook, or whoever cannot wait: as SIGHUP, of the file as it stands on the disk; the
 * supervisor reads it when it runs next. Not where program_can_reload says that it would ignore the
 * signal: it starts, ends, or is about to reload. */
bool program_can_reload(const struct program *p);
void program_ask_reload(struct program *p);
/* As SIGTERM: drains and waits for the end. */
void program_stop(struct ctx *ctx, struct program *p);
/* kill -9 of a worker, -1: of all. The supervisor starts it again. */
void program_kill(struct program *p, int worker);
/* Stops it if it runs, and frees. */
void program_free(struct ctx *ctx, struct program *p);

/* Its supervisor runs. */
bool program_running(const struct program *p);
/* It runs and each worker takes mail. */
bool program_ready(const struct program *p);
/* Bytes of envelopes and header sections that the sessions of each living worker may hold. */
void program_set_memory(const struct program *p, size_t bytes);
/* Why it did not start, or refused a configuration: text, perhaps empty. */
const char *program_why(const struct program *p);
/* A worker's process, or NULL: for strikes and the like. */
struct sim_proc *program_worker(const struct program *p, unsigned worker);
/* The i-th open partition over all workers that live; NULL behind the last. Valid until the next
 * suspension. */
struct spool *program_spool(const struct program *p, size_t i);
/* Messages in them. */
size_t program_messages(const struct program *p);
/* Over all workers, dead ones included; since the last start. */
uint64_t program_metric(const struct program *p, enum metric m);
/* Asks each worker's control agent; *ret_lines is an array (json_decref) of the objects that they
 * answered, ends included. The number of agents that did not answer, or a negative code. */
int program_ask(struct ctx *ctx, struct program *p, const struct control_request *request,
	json_t **ret_lines);
/* Called for each recipient in the queue; paths and states are read from the workers' spools.
 * Suspends. Fails as spool_read_envelope. */
struct program_rcpt {
	uint64_t id;
	const char *to; /* forward-path without brackets */
	const char *state; /* "waiting", "active", "held", "done", "failed" */
	bool corrupt; /* held because stored bytes changed */
	unsigned attempts;
	int64_t due; /* wall clock, us */
};
int program_queue(struct ctx *ctx, struct program *p,
	void (*visit)(void *arg, const struct program_rcpt *rcpt), void *arg);

#endif
