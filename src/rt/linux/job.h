/* The permission to block, as the Linux world has it. Private to the Linux world. */
#ifndef SLUICE_RT_LINUX_JOB_H
#define SLUICE_RT_LINUX_JOB_H

/* Files need nothing from it here; that a function got one is the statement. */
struct job {
	const char *thread; /* name of the pool or lane */
};

#endif
