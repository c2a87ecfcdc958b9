/* Hosts, processes, and how coroutines of the simulated world wait. Private to it. */
#ifndef SLUICE_RT_SIM_HOST_H
#define SLUICE_RT_SIM_HOST_H

#include "base/event.h"
#include "base/ip.h"
#include "base/list.h"
#include "rt/sim/sim.h"
#include "rt/world.h"

struct disk;

#define HOST_ADDRESSES 16

struct sim_host {
	struct list all;
	unsigned id; /* in order of making, from 0 */
	char *name;
	struct ip ips[HOST_ADDRESSES];
	unsigned ips_n;
	bool up;
	unsigned boot; /* counts power cuts */
	uint16_t next_port; /* for connects without one */
	struct disk *disk;
	struct list procs;
	/* What strikes here, and what it counts: strike.c. */
	uint64_t parks, allocations;
	uint64_t strike_at_park, fail_allocation; /* 0: none */
	enum sim_strike strike;
};

/* What a program keeps in static variables, of which each process has its own: swapped in before a
 * coroutine of the process runs. (The rest of src's static state is the same in all processes:
 * lists of free memory, tables computed once, what libraries keep.) */
struct proc_memory {
	uint64_t *metrics;
	enum event_format log_format;
	enum event_level log_least;
};

struct sim_proc {
	struct list node; /* in its host */
	unsigned id; /* over all hosts, from 0 */
	struct sim_host *host;
	const char *name;
	coro_fn *fn;
	void *arg;
	struct scope scope; /* of its first coroutine */
	struct scope jobs; /* jobs and lanes, which are not its descendants */
	bool dead; /* killed or without power: nothing leaves it any more */
	bool buried; /* and what it had outside of its coroutines is gone */
	bool ended;
	int result;
	struct inode *cwd; /* its working folder; NULL: the disk's root */
	struct proc_memory memory;
};

/* The state of the world that the parts share. */
void host_start(void);
void host_stop(void);
/* Ends all processes; called by the root at its end. */
void host_end_procs(struct ctx *ctx);
/* As sim_proc_kill, for code that runs within the process, perhaps deep in a call of the world:
 * nothing leaves it from now on, the rest happens at the loop's next turn. */
void host_proc_falls(struct sim_proc *p);
/* Does that rest. True when there was any. */
bool host_bury_fallen(void);
/* The process of the running coroutine; outside the loop the tester's. */
struct sim_proc *host_proc(void);
/* The running coroutine belongs to the process from now on. */
void host_join(struct sim_proc *p);
/* A port for whom it does not matter. */
uint16_t host_next_port(struct sim_host *h);
/* The host with this address, or NULL. */
struct sim_host *host_find(const struct ip *ip);
bool host_has_ip(const struct sim_host *h, const struct ip *ip);

/* One wait in a list: 0 when woken, ERR_CANCELLED when the process is dead, else as wait_park. */
int host_wait(struct ctx *ctx, struct list *queue, const char *what);
/* Wakes all that wait in a list. */
void host_wake(struct list *queue);
/* Lets a time pass; returns early when cancelled. */
void host_pause(struct ctx *ctx, usec_t duration, const char *what);
/* What a world call returns when the coroutine's process is dead: ERR_CANCELLED with a text, else
 * 0. */
int host_check(struct ctx *ctx);

#endif
