/* A datagram each. Failures are nobody's business: a manager that went away restarts us anyway. */
#include "rt/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/world.h"

static void send_text(const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;

	if (n < 2 || n >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* the abstract namespace */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void notify_ready(void)
{
	send_text("READY=1\nSTATUS=Taking mail");
}

void notify_reloading(void)
{
	char text[80];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)world_now());
	send_text(text);
}

void notify_stopping(void)
{
	send_text("STOPPING=1\nSTATUS=Finishing what is under way");
}

void notify_alive(void)
{
	send_text("WATCHDOG=1");
}

usec_t notify_interval(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	long long usec = limit ? strtoll(limit, NULL, 10) : 0;

	if (usec <= 0 || (pid && strtoll(pid, NULL, 10) != getpid()))
		return 0;
	return usec / 2;
}
