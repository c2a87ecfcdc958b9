/* The network: connections, their segments in flight, listeners. Private to the simulated world. */
#ifndef SLUICE_RT_SIM_NET_H
#define SLUICE_RT_SIM_NET_H

#include "base/buf.h"
#include "rt/net.h"
#include "rt/sim/fd.h"
#include "rt/sim/host.h"

enum segment_kind { SEG_SYN, SEG_ANSWER, SEG_REFUSED, SEG_DATA, SEG_FIN, SEG_RESET };

/* On its way from one end to the other. */
struct segment {
	struct list node;
	enum segment_kind kind;
	usec_t due;
	size_t n;
	char bytes[];
};

/* One end of a connection; struct sock is an end in the hands of a program. */
struct sock {
	struct conn *conn;
	unsigned side; /* 0 connected, 1 listened */
	struct sim_host *host; /* NULL: there is none with this address */
	struct sim_proc *proc; /* whose it is, once accepted or connected */
	unsigned boot; /* the host's, when the end was made */
	struct ip_port local, peer;

	bool held; /* a program has it, and will close it */
	bool open; /* the host's side of TCP: may send and receive */
	bool connected; /* the answer to SYN has come */
	bool fin_sent, fin_seen;
	int failed; /* what reads and writes fail with, or 0 */
	struct buf in; /* arrived, not read */
	size_t in_read; /* of `in`, already read */
	size_t window;
	struct list readers, writers;

	/* What this end sends. */
	struct list flight;
	size_t flight_bytes;
	struct timer delivery; /* of the first in flight */
	usec_t last_due;
	bool lost; /* nothing of it arrives */
	uint64_t arrived; /* bytes */
	usec_t blocked_since; /* 0: it gets through */
	unsigned tries;
	struct list accept_node; /* side 1: waits in its listener's queue */
};

struct conn {
	struct list all;
	unsigned id;
	struct sock end[2];
	enum sim_connect how;
	struct sim_plan plan;
};

/* A listening socket, which several processes may have. */
struct listener {
	struct fd_object object;
	struct list all;
	struct sim_host *host;
	struct ip_port at;
	char *path; /* of a local one, which has no `at`; or NULL */
	unsigned folder; /* in which the path's last name is: an inode's id */
	bool reuse_port;
	bool power_cut; /* dies without a word */
	bool begins_none; /* takes no more into its queue */
	unsigned backlog, queued;
	size_t window; /* of connections; 0: as usual */
	struct list queue; /* ends to accept */
	struct list waiters;
};

/* It in the hands of one process. */
struct listen_sock {
	struct list all;
	struct sim_proc *proc;
	struct ip_port at;
	int fd; /* -1: the process died */
	struct listener *listener; /* NULL then */
};

void net_start(void);
void net_stop(void);
/* The loop ended: nothing more arrives. */
void net_forget_timers(void);
size_t net_leaks(void);
void net_proc_died(struct sim_proc *p, bool power_cut);

static inline struct sock *other_end(struct sock *s)
{
	return &s->conn->end[1 - s->side];
}

/* conn.c: TCP itself. */

void conn_start(void);
void conn_stop(void);
/* A connection whose first end exists and is held; nothing is sent yet. */
struct conn *conn_new(struct sim_proc *p, const struct ip_port *local, const struct ip_port *peer);
/* Sends a segment; bytes for SEG_DATA only. */
void conn_send(struct sock *s, enum segment_kind kind, struct slice bytes);
/* Closes TCP's side as a kernel does: FIN, or a reset if something was not read. */
void conn_close(struct sock *s);
/* Ends it at once, without a word to the other side. */
void conn_drop(struct sock *s, int err);
/* Frees the connection once nobody holds an end and nobody can still get one. */
void conn_release(struct conn *c);
void conn_each(void (*visit)(struct conn *c, void *arg), void *arg);
/* Bytes that a write may add now. */
size_t conn_room(struct sock *s);

/* link.c: how segments and connects fare. */

void link_start(void);
void link_stop(void);
const struct sim_link *link_between(const struct sim_host *from, const struct sim_host *to);
/* What a new connection meets. */
void link_plan(struct conn *c);

/* listen.c */

/* The listener that a SYN finds, or NULL; *ret_there: somebody listens, but takes none now. */
struct listener *listen_find(struct sim_host *h, const struct ip_port *to, bool *ret_there);
/* A new one in the hands of the running process. */
struct listen_sock *listen_new(const struct ip_port *at, int backlog);
/* The local one of this host with this path, or NULL. */
struct listener *listen_find_local(const struct sim_host *h, unsigned folder, const char *name);
/* Another connection waits in the queue. */
void listen_queue(struct listener *l, struct sock *s);
void listen_proc_died(struct sim_proc *p, bool power_cut);
size_t listen_leaks(void);
void listen_stop(void);

#endif
