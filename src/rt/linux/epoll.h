/* Readiness of descriptors: one epoll set a process. Private to the Linux world (sockets, and the
 * resolver's descriptor). Everything here runs on the loop's thread unless it says otherwise. */
#ifndef SLUICE_RT_LINUX_EPOLL_H
#define SLUICE_RT_LINUX_EPOLL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct ctx;

enum watch_mode {
	/* Edges: the flags below are cleared by whoever finds the descriptor exhausted, and set
	 * when the kernel tells of news. For connected sockets. */
	WATCH_EDGE,
	/* Level: reported again each turn until used up, and disarmed while nobody looks. For
	 * listening sockets and foreign descriptors. */
	WATCH_LEVEL,
};

/* One descriptor; embedded in its owner. */
struct watch {
	int fd; /* owned */
	uint32_t armed; /* events the kernel was asked for in this run of the loop */
	unsigned run; /* the run of the loop in which it was registered; 0: never */
	enum watch_mode mode;
	bool shared; /* others may hold the same open file: closing alone would not unregister */
	bool readable, writable; /* as far as is known */
	bool ended; /* the peer sent its end or the connection broke: stays readable for good */
	struct list readers, writers; /* struct wait */
};

/* Takes fd over; nothing is asked of the kernel yet. */
void watch_init(struct watch *w, int fd, enum watch_mode mode);
/* Closes the descriptor; whoever waits is woken with ERR_CANCELLED. */
void watch_close(struct watch *w);
/* Sees to it that EPOLLIN (and EPOLLOUT if `writing`) is reported in this run of the loop. A
 * system call only when that is new. 0, or ERR_FULL when the kernel has no room for it. */
int watch_arm(struct watch *w, bool writing);
/* Suspends until w->readable (writable) holds; arms as needed. what: static text. Fails as
 * ctx_check, ctx->err filled. */
int watch_wait_readable(struct ctx *ctx, struct watch *w, const char *what);
int watch_wait_writable(struct ctx *ctx, struct watch *w, const char *what);

/* The set lives from start to stop. */
void epoll_start(void);
void epoll_stop(void);
/* Makes world_poll return, and deliver what other threads handed back. From any thread, also from
 * a signal handler. A system call only when the loop sleeps. */
void epoll_notify(void);

#endif
