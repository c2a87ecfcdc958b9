/* For code that blocks where no loop runs. */
#include "rt/job.h"
#include "rt/linux/job.h"

struct job *job_outside_loop(void)
{
	static struct job job = { .thread = "main" };

	return &job;
}
