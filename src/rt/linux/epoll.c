/* One epoll set. A connected socket is registered once, edge-triggered, and its readiness is kept
 * in flags: an operation that came back short clears its flag, the kernel's next edge sets it, so
 * that a session which waits for its client costs one epoll_wait and one recv and nothing else.
 * EPOLLOUT is asked for only after a write did not fit, which is rare.
 *
 * Other threads wake the loop through an eventfd. It is edge-triggered too, so nobody ever needs to
 * read it, and it is written only while the loop really sleeps. */
#include "rt/linux/epoll.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "rt/ctx.h"
#include "rt/linux/handback.h"
#include "rt/linux/logsink.h"
#include "rt/linux/oserr.h"
#include "rt/world.h"

#define EVENTS_MAX   256 /* taken from the kernel at once; the rest comes next turn */
#define LOG_RETRY_MS 100 /* log lines that did not fit are tried again after this long */

static struct {
	int fd;
	unsigned run; /* counts epoll_start */
	bool running;
	int wake_fd;
	pid_t wake_owner; /* a child process must not share its parent's */
	atomic_bool pending; /* somebody called epoll_notify since the last delivery */
	atomic_bool sleeping;
} set = { .fd = -1, .wake_fd = -1 };

static void die(const char *what)
{
	perror(what);
	abort();
}

void epoll_start(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.ptr = NULL };

	set.fd = epoll_create1(EPOLL_CLOEXEC);
	if (set.fd < 0)
		die("sluice: epoll_create1");
	if (set.wake_fd < 0 || set.wake_owner != getpid()) {
		set.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		set.wake_owner = getpid();
	}
	if (set.wake_fd < 0 || epoll_ctl(set.fd, EPOLL_CTL_ADD, set.wake_fd, &ev) != 0)
		die("sluice: eventfd");
	set.run++;
	set.running = true;
}

void epoll_stop(void)
{
	set.running = false;
	close(set.fd);
	set.fd = -1;
}

void epoll_notify(void)
{
	int saved = errno;

	atomic_store(&set.pending, true);
	if (atomic_load(&set.sleeping) && eventfd_write(set.wake_fd, 1) != 0) {
		/* The counter is full after 2^64 wakes: then it is readable as it is. */
	}
	errno = saved;
}

void world_interrupt(void)
{
	epoll_notify();
}

void watch_init(struct watch *w, int fd, enum watch_mode mode)
{
	*w = (struct watch){ .fd = fd, .mode = mode };
	list_init(&w->readers);
	list_init(&w->writers);
}

static void wake_all(struct list *waits, int result)
{
	struct list *node;

	while ((node = list_pop(waits)))
		wait_wake(container_of(node, struct wait, node), result);
}

void watch_close(struct watch *w)
{
	wake_all(&w->readers, ERR_CANCELLED);
	wake_all(&w->writers, ERR_CANCELLED);
	if (w->shared && set.running && w->run == set.run)
		(void)epoll_ctl(set.fd, EPOLL_CTL_DEL, w->fd, NULL); /* it was added: cannot fail */
	close(w->fd);
	w->fd = -1;
}

int watch_arm(struct watch *w, bool writing)
{
	bool known = w->run == set.run;
	uint32_t want = EPOLLIN | EPOLLRDHUP | (writing ? EPOLLOUT : 0);

	assert(set.running);
	if (known)
		want |= w->armed;
	if (w->mode == WATCH_EDGE)
		want |= EPOLLET;
	if (known && w->armed == want)
		return 0;
	struct epoll_event ev = { .events = want, .data.ptr = w };

	if (epoll_ctl(set.fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd, &ev) != 0)
		return oserr_code(errno);
	w->run = set.run;
	w->armed = want;
	return 0;
}

/* A listener that nobody accepts on (a pause) would be reported at every turn. */
static void watch_disarm(struct watch *w)
{
	struct epoll_event ev = { .events = 0, .data.ptr = w };

	if (epoll_ctl(set.fd, EPOLL_CTL_MOD, w->fd, &ev) == 0)
		w->armed = 0;
}

static int watch_wait(
	struct ctx *ctx, struct watch *w, struct list *waits, const bool *ready, const char *what)
{
	struct wait wait;
	int r = ctx_check(ctx);

	if (r == 0 && !*ready)
		r = watch_arm(w, waits == &w->writers);
	if (r == 0 && !*ready) {
		wait_init(ctx, &wait);
		list_append(waits, &wait.node);
		r = wait_park(ctx, &wait, what);
		list_remove(&wait.node);
	}
	if (r < 0)
		ctx->err = (struct err){ r, "net", err_name(r) };
	return r;
}

int watch_wait_readable(struct ctx *ctx, struct watch *w, const char *what)
{
	return watch_wait(ctx, w, &w->readers, &w->readable, what);
}

int watch_wait_writable(struct ctx *ctx, struct watch *w, const char *what)
{
	return watch_wait(ctx, w, &w->writers, &w->writable, what);
}

static void dispatch(struct watch *w, uint32_t events)
{
	if (w->mode == WATCH_LEVEL && w->readable && list_empty(&w->readers)) {
		watch_disarm(w);
		return;
	}
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		w->ended = true;
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		w->readable = true;
		wake_all(&w->readers, 0);
	}
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
		w->writable = true;
		wake_all(&w->writers, 0);
	}
}

/* Rounded up, so that what is due then is due indeed when we wake. */
static int timeout_ms(usec_t until)
{
	usec_t now, ms;

	if (until == USEC_INFINITY)
		return -1;
	now = world_now();
	if (until <= now)
		return 0;
	ms = (until - now + USEC_PER_MSEC - 1) / USEC_PER_MSEC;
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

void world_poll(usec_t until)
{
	static struct epoll_event events[EVENTS_MAX];
	int timeout = timeout_ms(until);

	if (!logsink_flush() && (timeout < 0 || timeout > LOG_RETRY_MS))
		timeout = LOG_RETRY_MS;
	if (timeout != 0) {
		/* Whoever sets `pending` after this look sees us asleep and writes the eventfd. */
		atomic_store(&set.sleeping, true);
		if (atomic_load(&set.pending))
			timeout = 0;
	}
	int n = epoll_wait(set.fd, events, EVENTS_MAX, timeout);

	atomic_store_explicit(&set.sleeping, false, memory_order_relaxed);
	for (int i = 0; i < n; i++)
		if (events[i].data.ptr)
			dispatch(events[i].data.ptr, events[i].events);
	if (atomic_exchange(&set.pending, false))
		handback_deliver();
}
