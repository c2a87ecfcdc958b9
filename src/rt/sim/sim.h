/* The simulated world, as tests see it: one process of the operating system in which many hosts
 * live on a virtual clock, network, disk and DNS. Whatever is left to chance comes from one seed,
 * and two runs of one seed have the same trace. Everything here is for the loop's thread; nothing
 * suspends unless it takes a ctx. */
#ifndef SLUICE_RT_SIM_SIM_H
#define SLUICE_RT_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "base/time.h"
#include "rt/scope.h"

struct buf;
struct ctx;
struct sock;

/* ---- a run ---- */

/* Makes an empty world, with nothing in it but the host "tester". Environment: SIM_TRACE=path
 * writes a readable trace, SIM_LOG=1 sends log lines to standard error. */
void sim_start(uint64_t seed);
/* Runs fn on the host "tester" until it, all processes and all jobs have ended; processes that
 * still run when fn returns are stopped. May be called again: disks and clock go on. Returns fn's
 * result. */
int sim_run(const char *name, coro_fn *fn, void *arg);
/* Frees the world. Returns how many sockets, listeners, files, folders, pools and lanes were never
 * closed: 0 when nothing leaked. */
size_t sim_stop(void);

uint64_t sim_seed(void);
/* Of everything that has happened so far. */
uint64_t sim_digest(void);
/* A test's own choice, uniform in [0, n), from the seed; in the trace. */
uint64_t sim_choose(uint64_t n);
/* Something that a test wants in the trace and digest. */
void sim_note(const char *text);
/* Called with each log line (without its line feed); NULL ends it. */
void sim_on_log(void (*hook)(void *arg, struct slice line), void *arg);
/* Makes clock_wall jump; clock_now goes on. */
void sim_clock_step(usec_t by);

/* ---- hosts and processes ---- */

/* A machine with addresses, a disk and processes. Lives until sim_stop. */
struct sim_host;
/* A process on a host: the coroutine that was started and all that descend from it, their sockets,
 * files, jobs and lanes. Lives until sim_stop. */
struct sim_proc;

/* addresses: "192.0.2.1 2001:db8::1"; every host also has its own 127.0.0.1 and ::1. */
struct sim_host *sim_host_new(const char *name, const char *addresses);
/* The host with this address, or NULL. */
struct sim_host *sim_host_at(const char *address);
/* The host on which the root coroutine runs; it cannot be cut. */
struct sim_host *sim_tester(void);
/* The host of the running coroutine. */
struct sim_host *sim_here(void);
const char *sim_host_name(const struct sim_host *h);

/* Starts a process at the next turn of the loop, on a host that is then switched on. From a
 * coroutine only. `name` is static text. */
struct sim_proc *sim_proc_start(struct sim_host *h, const char *name, coro_fn *fn, void *arg);
/* Suspends until the process, its jobs and lanes have ended; returns what fn returned
 * (ERR_CANCELLED if it was killed before it began). Fails as ctx_check; the process then goes on.
 * */
int sim_proc_wait(struct ctx *ctx, struct sim_proc *p);
/* As SIGTERM: cancels the process's first coroutine. */
void sim_proc_stop(struct sim_proc *p);
/* As kill -9: every call of the process that would leave it fails with ERR_CANCELLED from now on,
 * its coroutines are cancelled, its connections closed by the kernel, its locks released. Files
 * keep what was written. */
void sim_proc_kill(struct sim_proc *p);
bool sim_proc_running(const struct sim_proc *p);
/* The running coroutine is one of its own. NULL: no. */
bool sim_proc_is_here(const struct sim_proc *p);
/* Another number for what a descriptor stands for (listen_sock_fd, channel_open), as a child
 * inherits it: nobody's until it is taken over; else process_close is due. */
int sim_fd_dup(int fd);
/* Starts a process and waits for it. */
int sim_host_run(struct ctx *ctx, struct sim_host *h, const char *name, coro_fn *fn, void *arg);

/* At this instant the host loses what its disk had not synced (or keeps or tears it, as the seed
 * wills), peers hear nothing more from it, and its processes end as if killed. Starting a process
 * switches it on again. May be called by the host's own coroutines and jobs. */
void sim_power_cut(struct sim_host *h);
bool sim_host_is_up(const struct sim_host *h);

/* ---- strikes: what befalls a process at any point of its run ---- */

enum sim_strike {
	/* The coroutine that is about to suspend is cancelled, as when its scope is ended by
	 * somebody else meanwhile. Jobs and lanes are spared: nobody can cancel them. */
	SIM_STRIKE_CANCEL,
	SIM_STRIKE_STOP, /* its process gets SIGTERM: sim_proc_stop */
	SIM_STRIKE_KILL, /* its process is killed: sim_proc_kill */
};
/* A coroutine that is about to suspend. Living processes only. */
struct sim_park {
	struct sim_host *host;
	struct sim_proc *proc;
	const char *coroutine; /* its name */
	bool job; /* it is a job or lane */
	uint64_t number; /* counted from 1 over all coroutines of the host */
};
/* One hook for all hosts; NULL ends it. It must not suspend; it may strike. */
void sim_on_park(void (*hook)(void *arg, const struct sim_park *park), void *arg);
/* Suspensions so far. */
uint64_t sim_parks(const struct sim_host *h);
/* From a hook: strikes the coroutine or process that is about to suspend. */
void sim_strike(enum sim_strike strike);
/* Strikes at suspension `number` of the host's count. 0 forgets it. */
void sim_strike_at(struct sim_host *h, uint64_t number, enum sim_strike strike);

/* Allocations by processes of the host so far: those of the program, of the libraries it calls, and
 * of the world in its calls. Suspensions and allocations of a process follow from the seed and from
 * what the operating system's process did before, as libraries keep memory: compare runs in forked
 * children of one parent. */
uint64_t sim_allocations(const struct sim_host *h);
/* One hook for all hosts, called at each such allocation once it is counted; NULL ends it. It must
 * not allocate. */
void sim_on_allocation(void (*hook)(void *arg, const struct sim_host *h), void *arg);
/* Allocation `number` of the host's count fails; 0 forgets it. A library gets NULL. Where the
 * program itself would abort (base/mem.h) its process dies at once, as if killed: nothing leaves it
 * any more. Its coroutines then unwind, so that nothing of it is a leak. */
void sim_fail_allocation(struct sim_host *h, uint64_t number);

/* ---- disk ---- */

enum sim_disk_kind {
	SIM_DISK_OPEN, /* of a file or folder that is there */
	SIM_DISK_CREATE, /* of a file or folder */
	SIM_DISK_READ,
	SIM_DISK_WRITE,
	SIM_DISK_WRITE_DURABLE, /* written; its sync is a SIM_DISK_SYNC of its own */
	SIM_DISK_SYNC, /* of a file, by file_sync or file_pwritev_durable */
	SIM_DISK_SYNC_DIR,
	SIM_DISK_TRUNCATE,
	SIM_DISK_RENAME,
	SIM_DISK_REMOVE,
	SIM_DISK_LIST,
	SIM_DISK_LOCK,
	SIM_DISK_KINDS
};
const char *sim_disk_kind_name(enum sim_disk_kind kind);

/* One operation of a disk. A hook sees it before it takes effect and after. */
struct sim_disk_op {
	struct sim_host *host;
	enum sim_disk_kind kind;
	uint64_t number; /* counted from 1 over all kinds, per host */
	const char *name; /* of the file or folder, without path */
	uint64_t offset, n; /* of reads and writes; truncate: offset is the new size */
	int error; /* with which it is to fail; afterwards: what it returns, 0 or negative */
	bool after;
};
/* One hook for all hosts; NULL ends it. It must not suspend, and may cut the power. */
void sim_disk_on_op(void (*hook)(void *arg, const struct sim_disk_op *op), void *arg);
/* Operations begun so far. */
uint64_t sim_disk_ops(const struct sim_host *h);
/* Cuts the power at operation `number`: before it takes effect, or after. 0 forgets it. */
void sim_disk_cut_at(struct sim_host *h, uint64_t number, bool after);
/* The nth operation of this kind from now on (1 is the next) fails with err, e.g. ERR_IO. A failed
 * sync leaves the bytes readable but not durable, and a later sync does not save them (as Linux
 * does); a failed write may have written a part. */
void sim_disk_fail(struct sim_host *h, enum sim_disk_kind kind, uint64_t nth, int err);
/* Forgets the failures that are planned and were not met. */
void sim_disk_forget(struct sim_host *h);
/* Bytes of the whole disk; 1 GiB at first. Growing files beyond it fails with ERR_FULL. */
void sim_disk_set_capacity(struct sim_host *h, uint64_t bytes);
/* What a power cut keeps or loses as a unit: 512 (at first) or 4096 bytes. */
void sim_disk_set_sector(struct sim_host *h, unsigned bytes);
/* How long a sync takes, from the seed within the bounds; 50 us to 3 ms at first. */
void sim_disk_set_sync_time(struct sim_host *h, usec_t least, usec_t most);
/* What the next power cuts of this host do with what was not synced. */
enum sim_disk_loss {
	SIM_LOSE_BY_SEED, /* one of the others, chosen anew at each cut */
	SIM_LOSE_ALL, /* nothing of it was written */
	SIM_LOSE_NONE, /* all of it was */
	SIM_LOSE_TAIL, /* what came before some instant was written */
	SIM_LOSE_SOME, /* each sector and each change of a folder on its own */
};
void sim_disk_set_loss(struct sim_host *h, enum sim_disk_loss loss);
/* Flips a bit of a stored file ("spool/seg-000001"). ERR_NOTFOUND when the file or byte is not
 * there. */
int sim_disk_flip(struct sim_host *h, const char *path, uint64_t byte, unsigned bit);
/* Appends one line a file and folder, in order: "spool/", "spool/a 120". */
void sim_disk_list(const struct sim_host *h, struct buf *ret);
/* Appends a file's present content. ERR_NOTFOUND. */
int sim_disk_read(const struct sim_host *h, const char *path, struct buf *ret);
/* Puts a file there, durably, folders included. */
void sim_disk_write(struct sim_host *h, const char *path, struct slice content);

/* ---- network ---- */

/* How everything that one host sends to another fares. */
struct sim_link {
	usec_t latency_min, latency_max; /* of each segment; 100 us to 2 ms at first */
	size_t segment; /* longest segment, bytes; 0 (at first): from the seed */
	bool down; /* nothing arrives; senders try again until they give up, as TCP does */
};
/* The link of one direction, made when first asked for; changes hold for what is sent later. */
struct sim_link *sim_link(struct sim_host *from, struct sim_host *to);

enum sim_connect {
	SIM_CONNECT_NORMAL,
	SIM_CONNECT_REFUSED,
	SIM_CONNECT_BLACK_HOLE, /* no answer, until the caller's deadline or 127 s */
	SIM_CONNECT_UNREACHABLE,
	SIM_CONNECT_RESET, /* accepted and reset before the first byte */
};
/* What connects to "192.0.2.1:25" meet from now on. */
void sim_net_connect(const char *to, enum sim_connect how);

enum sim_break {
	SIM_BREAK_NONE,
	SIM_BREAK_RESET, /* both sides see a reset */
	SIM_BREAK_LOSE, /* nothing more arrives in this direction */
	SIM_BREAK_SILENCE, /* nothing more arrives in either: both ends are half open */
};
/* A connection that breaks after so many bytes of one direction have arrived. */
struct sim_plan {
	enum sim_break how;
	bool answers; /* count what the listening side sends, else what the connecting side sends */
	uint64_t after;
};
/* The nth connection to `to` from now on (1 is the next) follows the plan. */
void sim_net_plan(const char *to, unsigned nth, const struct sim_plan *plan);

/* Faults by seed for every new connection between different hosts, each in 1/1000. */
struct sim_chaos {
	unsigned refused, black_hole, unreachable; /* of connects */
	unsigned reset, lose, silence; /* of connections, at a byte below `within` */
	uint64_t within;
};
void sim_net_chaos(const struct sim_chaos *chaos);

/* Resets a connection, from the side of s; s is still to be closed. */
void sim_sock_reset(struct sock *s);
/* The other side still has it: it has neither closed it nor died. */
bool sim_sock_peer_has(const struct sock *s);
/* Nothing more arrives: of what s sends (out), of what it should get (in). */
void sim_sock_lose(struct sock *s, bool out, bool in);
/* How many bytes s lets lie unread (64 KiB at first): a slow reader makes the writer wait. */
void sim_sock_set_window(struct sock *s, size_t bytes);
/* Resets all connections of a host. */
void sim_host_reset_connections(struct sim_host *h);

/* ---- DNS ---- */

/* Adds records, one a line; the last label's dot may be missing, ";" begins a comment:
 *   example.org     300 MX    10 mx.example.org
 *   mx.example.org  300 A     192.0.2.1
 *   *.example.org   300 TXT   "two " "strings"
 *   _25._tcp.mx.example.org 300 TLSA 3 1 1 0011aabb
 * (A, AAAA, MX, CNAME, PTR, TXT, TLSA; "*." matches any name below that has no records of its own),
 * and how names behave, with all names below them:
 *   $secure NAME    $bogus NAME    $servfail NAME    $timeout NAME    $delay NAME 2s
 * (A delay beyond DNS_PATIENCE is a failed look-up, as the real resolver has it.)
 * Returns 0, or the number of the line that cannot be read; nothing is added then. */
unsigned sim_dns_zone(const char *text);
/* Names behave as these lines ($servfail and so on, no records) say and no longer as they did; ""
 * makes all of them well. A query under way waits as long as it was to, and is answered by what
 * stands then. Returns as sim_dns_zone. */
unsigned sim_dns_behave(const char *rules);
/* Forgets all records and behaviour. */
void sim_dns_clear(void);

#endif
