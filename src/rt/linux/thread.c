/* All signals are blocked while the thread is made, so that it starts with them blocked. */
#include "rt/linux/thread.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"

#define NICE_BEHIND 10
#define NAME_BYTES  16 /* the kernel's limit, with the terminator */

int thread_start(pthread_t *ret, const char *name, void *(*body)(void *arg), void *arg)
{
	char text[NAME_BYTES];
	sigset_t all, before;
	pthread_t thread;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, body, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return ERR_FULL;
	snprintf(text, sizeof(text), "%s", name);
	(void)pthread_setname_np(thread, text); /* only for people */
	*ret = thread;
	return 0;
}

/* On Linux a nice value belongs to a thread, whatever POSIX says. */
void thread_run_behind(void)
{
	/* Being less nice than wanted only costs others some time. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE_BEHIND);
}
