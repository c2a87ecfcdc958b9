/* These definitions in the executable come before the C library's, also for shared libraries. While
 * no simulation runs they ask the kernel. */
#include "rt/sim/shim.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "rt/clock.h"
#include "rt/random.h"
#include "rt/world.h"

#define ENTROPY_MOST 256 /* getentropy(3) */

static bool enabled;

bool shim_enable(bool on)
{
	bool before = enabled;

	enabled = on;
	return before;
}

static bool is_wall_clock(clockid_t id)
{
	return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || id == CLOCK_TAI;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	if (!enabled)
		return (int)syscall(SYS_clock_gettime, id, ts);
	usec_t now = is_wall_clock(id) ? clock_wall() : world_now();

	ts->tv_sec = now / USEC_PER_SEC;
	ts->tv_nsec = now % USEC_PER_SEC * 1000;
	return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	struct timespec ts;

	(void)tz;
	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *ret)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (ret)
		*ret = ts.tv_sec;
	return ts.tv_sec;
}

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
	if (!enabled)
		return syscall(SYS_getrandom, p, n, flags);
	random_bytes(p, n);
	return (ssize_t)n;
}

/* Beneath stand the C library's own, or the sanitizer's. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BENEATH(name) __interceptor_##name
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BENEATH(name) __interceptor_##name
#endif
#endif
#ifndef BENEATH
#define BENEATH(name) __libc_##name
#endif
void *BENEATH(malloc)(size_t n);
void *BENEATH(calloc)(size_t n, size_t each);
void *BENEATH(realloc)(void *p, size_t n);

static bool (*alloc_fails)(void);

void shim_on_alloc(bool (*fails)(void))
{
	alloc_fails = fails;
}

static bool refused(void)
{
	if (alloc_fails == NULL || !alloc_fails())
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return refused() ? NULL : BENEATH(malloc)(n);
}

void *calloc(size_t n, size_t each)
{
	return refused() ? NULL : BENEATH(calloc)(n, each);
}

void *realloc(void *p, size_t n)
{
	return refused() ? NULL : BENEATH(realloc)(p, n);
}

int getentropy(void *p, size_t n)
{
	if (n > ENTROPY_MOST) {
		errno = EIO;
		return -1;
	}
	return getrandom(p, n, 0) == (ssize_t)n ? 0 : -1;
}
