/* Starting threads, for pools and lanes. Private to the Linux world. */
#ifndef SLUICE_RT_LINUX_THREAD_H
#define SLUICE_RT_LINUX_THREAD_H

#include <pthread.h>

/* A thread that takes no signals (they are the loop's), named after `name` (15 bytes of it). 0 or
 * ERR_FULL. */
int thread_start(pthread_t *ret, const char *name, void *(*body)(void *arg), void *arg);

/* The calling thread gives way to threads of usual priority (nice 10: a ninth of their weight). */
void thread_run_behind(void);

#endif
