/* Hosts and processes. A process is a tag that its coroutines inherit; world calls look the tag
 * up and fail once the process is dead, so that cleanup which runs while the coroutines unwind
 * can touch neither disk nor network. */
#include "rt/sim/host.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/sim/disk.h"
#include "rt/sim/net.h"
#include "rt/sim/job.h"
#include "rt/sim/trace.h"

#define FIRST_PORT 49152

static struct {
	struct list hosts;
	unsigned hosts_n, procs_n;
	struct sim_host *tester;
	struct sim_proc *tester_proc;
	bool fallen; /* some process is dead, but not yet buried */
	struct sim_proc *loaded; /* whose memory is in force; NULL: no world */
} sim;

/* ---- memory ---- */

static void memory_save(struct proc_memory *m)
{
	m->metrics = metrics_used();
	log_settings(&m->log_format, &m->log_least);
}

static void memory_load(struct sim_proc *p)
{
	if (p == sim.loaded)
		return;
	memory_save(&sim.loaded->memory);
	metrics_use(p->memory.metrics);
	log_setup(p->memory.log_format, p->memory.log_least);
	sim.loaded = p;
}

void world_resumes(void)
{
	if (sim.loaded)
		memory_load(host_proc());
}

void host_join(struct sim_proc *p)
{
	world_set_tag(p);
	memory_load(p);
}

/* ---- hosts and processes ---- */

static struct sim_proc *proc_new(struct sim_host *h, const char *name, coro_fn *fn, void *arg)
{
	struct sim_proc *p = mem_zalloc(sizeof(*p));

	p->id = sim.procs_n++;
	p->host = h;
	p->name = name;
	p->fn = fn;
	p->arg = arg;
	scope_init(&p->scope, SCOPE_SERVE);
	scope_init(&p->jobs, SCOPE_SERVE);
	list_append(&h->procs, &p->node);
	memory_save(&p->memory); /* inherited */
	return p;
}

void host_start(void)
{
	list_init(&sim.hosts);
	sim.hosts_n = sim.procs_n = 0;
	sim.fallen = false;
	sim.tester = sim_host_new("tester", "198.51.100.250 2001:db8:ffff::250");
	sim.tester->up = true;
	sim.tester_proc = proc_new(sim.tester, "tester", NULL, NULL);
	sim.loaded = sim.tester_proc;
}

static void host_free(struct sim_host *h)
{
	struct list *node;

	while ((node = list_pop(&h->procs))) {
		struct sim_proc *p = container_of(node, struct sim_proc, node);

		inode_unref(p->cwd);
		free(p);
	}
	disk_free(h->disk);
	free(h->name);
	free(h);
}

void host_stop(void)
{
	struct list *node;

	memory_load(sim.tester_proc);
	sim.loaded = NULL;
	while ((node = list_pop(&sim.hosts)))
		host_free(container_of(node, struct sim_host, all));
	sim.tester = NULL;
	sim.tester_proc = NULL;
}

struct sim_host *sim_host_new(const char *name, const char *addresses)
{
	struct sim_host *h = mem_zalloc(sizeof(*h));
	struct slice rest = slice_str(addresses);

	h->id = sim.hosts_n++;
	h->name = mem_strdup(slice_str(name));
	h->next_port = FIRST_PORT;
	h->disk = disk_new(h);
	list_init(&h->procs);
	while (rest.n) {
		struct slice word = slice_split(&rest, ' ');

		if (word.n == 0)
			continue;
		assert(h->ips_n < HOST_ADDRESSES);
		bool parsed = ip_parse(word, &h->ips[h->ips_n]);

		assert(parsed);
		(void)parsed;
		assert(host_find(&h->ips[h->ips_n]) == NULL);
		h->ips_n++;
	}
	list_append(&sim.hosts, &h->all);
	return h;
}

struct sim_host *sim_tester(void)
{
	return sim.tester;
}

struct sim_proc *host_proc(void)
{
	struct sim_proc *p = world_tag();

	return p ? p : sim.tester_proc;
}

struct sim_host *sim_here(void)
{
	return host_proc()->host;
}

const char *sim_host_name(const struct sim_host *h)
{
	return h->name;
}

uint16_t host_next_port(struct sim_host *h)
{
	uint16_t port = h->next_port;

	h->next_port = port == UINT16_MAX ? FIRST_PORT : (uint16_t)(port + 1);
	return port;
}

bool sim_host_is_up(const struct sim_host *h)
{
	return h->up;
}

bool host_has_ip(const struct sim_host *h, const struct ip *ip)
{
	if (ip_is_loopback(ip))
		return true;
	for (unsigned i = 0; i < h->ips_n; i++)
		if (ip_eq(&h->ips[i], ip))
			return true;
	return false;
}

struct sim_host *host_find(const struct ip *ip)
{
	if (ip_is_loopback(ip))
		return sim_here();
	list_each (it, &sim.hosts) {
		struct sim_host *h = container_of(it, struct sim_host, all);

		if (host_has_ip(h, ip))
			return h;
	}
	return NULL;
}

struct sim_host *sim_host_at(const char *address)
{
	struct ip ip;

	return ip_parse(slice_str(address), &ip) ? host_find(&ip) : NULL;
}

static int proc_main(struct ctx *ctx, void *arg)
{
	struct sim_proc *p = arg;

	host_join(p);
	p->result = p->dead ? ERR_CANCELLED : p->fn(ctx, p->arg);
	trace(TRACE_PROC_END, p->id, p->dead, (uint64_t)(int64_t)p->result);
	return p->result;
}

struct sim_proc *sim_proc_start(struct sim_host *h, const char *name, coro_fn *fn, void *arg)
{
	struct sim_proc *p = proc_new(h, name, fn, arg);

	h->up = true;
	trace(TRACE_PROC, h->id, p->id, 0);
	int r = scope_spawn(&p->scope, name, proc_main, p);

	assert(r == 0);
	(void)r;
	return p;
}

bool sim_proc_running(const struct sim_proc *p)
{
	return p->scope.count + p->jobs.count > 0;
}

bool sim_proc_is_here(const struct sim_proc *p)
{
	return p && host_proc() == p;
}

int sim_proc_wait(struct ctx *ctx, struct sim_proc *p)
{
	int r = scope_wait_below(ctx, &p->scope, 0);

	if (r == 0)
		r = scope_wait_below(ctx, &p->jobs, 0);
	return r < 0 ? r : p->result;
}

void sim_proc_stop(struct sim_proc *p)
{
	scope_cancel(&p->scope);
}

/* Everything of a process that lives outside its coroutines: connections, locks, lanes. */
static void proc_die(struct sim_proc *p, bool power_cut)
{
	p->dead = true;
	if (p->buried)
		return;
	p->buried = true;
	net_proc_died(p, power_cut);
	disk_proc_died(p);
	job_proc_died(p);
	scope_cancel(&p->scope);
	world_cancel_tagged(p);
}

void sim_proc_kill(struct sim_proc *p)
{
	assert(p != sim.tester_proc);
	trace(TRACE_KILL, p->id, 0, 0);
	proc_die(p, false);
}

void host_proc_falls(struct sim_proc *p)
{
	assert(p != sim.tester_proc);
	if (p->dead)
		return;
	trace(TRACE_KILL, p->id, 1, 0);
	p->dead = true;
	sim.fallen = true;
}

bool host_bury_fallen(void)
{
	if (!sim.fallen)
		return false;
	sim.fallen = false;
	list_each (it, &sim.hosts) {
		list_each (node, &container_of(it, struct sim_host, all)->procs) {
			struct sim_proc *p = container_of(node, struct sim_proc, node);

			if (p->dead)
				proc_die(p, false);
		}
	}
	return true;
}

int sim_host_run(struct ctx *ctx, struct sim_host *h, const char *name, coro_fn *fn, void *arg)
{
	return sim_proc_wait(ctx, sim_proc_start(h, name, fn, arg));
}

void sim_power_cut(struct sim_host *h)
{
	assert(h != sim.tester);
	if (!h->up)
		return;
	trace(TRACE_POWER_CUT, h->id, 0, 0);
	h->up = false;
	h->boot++;
	list_each (it, &h->procs)
		proc_die(container_of(it, struct sim_proc, node), true);
	disk_power_cut(h->disk);
}

static void end_procs_of(struct ctx *ctx, struct sim_host *h)
{
	list_each (it, &h->procs) {
		struct sim_proc *p = container_of(it, struct sim_proc, node);

		scope_end(ctx, &p->scope);
	}
	list_each (it, &h->procs) {
		struct sim_proc *p = container_of(it, struct sim_proc, node);
		struct deadline d;

		ctx_shield(ctx, &d, USEC_INFINITY);
		int r = scope_wait_below(ctx, &p->jobs, 0);

		ctx_widen(ctx, &d, r);
	}
}

void host_end_procs(struct ctx *ctx)
{
	list_each (it, &sim.hosts)
		end_procs_of(ctx, container_of(it, struct sim_host, all));
}

int host_check(struct ctx *ctx)
{
	if (!host_proc()->dead)
		return 0;
	return ctx_fail(ctx, ERR_CANCELLED, "process", "the process was killed");
}

int host_wait(struct ctx *ctx, struct list *queue, const char *what)
{
	struct wait w;
	int r = host_check(ctx);

	if (r < 0)
		return r;
	wait_init(ctx, &w);
	list_append(queue, &w.node);
	r = wait_park(ctx, &w, what);
	list_remove(&w.node);
	return r < 0 ? r : host_check(ctx);
}

void host_wake(struct list *queue)
{
	struct list *node;

	while ((node = list_pop(queue)))
		wait_wake(container_of(node, struct wait, node), 0);
}

struct pause {
	struct timer timer;
	struct wait wait;
};

static void pause_over(struct timer *t)
{
	wait_wake(&container_of(t, struct pause, timer)->wait, 0);
}

void host_pause(struct ctx *ctx, usec_t duration, const char *what)
{
	struct pause p = { .timer.fire = pause_over };

	wait_init(ctx, &p.wait);
	timer_set(&p.timer, time_add(world_now(), duration));
	(void)wait_park(
		ctx, &p.wait, what); /* cut short only when cancelled, which the caller asks */
	timer_cancel(&p.timer);
}
