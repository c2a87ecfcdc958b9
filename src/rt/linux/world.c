/* Start and end of the Linux world. */
#include <signal.h>

#include "rt/linux/epoll.h"
#include "rt/linux/logsink.h"
#include "rt/world.h"

void world_start(void)
{
	/* A log reader that went away is an error of write(2), not the end of the process. */
	signal(SIGPIPE, SIG_IGN);
	epoll_start();
	logsink_start();
}

void world_parks(void)
{
}

void world_resumes(void)
{
}

void world_stop(void)
{
	logsink_stop();
	epoll_stop();
}

bool world_log(struct slice line)
{
	return logsink_put(line);
}
