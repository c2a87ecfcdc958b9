/* Jobs and lanes as coroutines. Private to the simulated world. */
#ifndef SLUICE_RT_SIM_JOB_H
#define SLUICE_RT_SIM_JOB_H

#include "rt/job.h"
#include "base/time.h"

struct ctx;
struct sim_proc;

struct job {
	struct ctx
		*ctx; /* of the job's own coroutine; NULL outside the loop: then nothing suspends */
};

/* Lets others run for this long. */
void job_pause(struct job *job, usec_t duration);
/* Lanes of a dead process get no more to do. */
void job_proc_died(struct sim_proc *p);
/* Pools and lanes not freed. */
size_t job_leaks(void);
/* Forgets them, at the end of all. */
void job_forget_leaked(void);

#endif
