/* Lines of a turn are gathered and written with one system call. Standard error may be a pipe or a
 * terminal whose reader has stopped, and is shared with other processes, so O_NONBLOCK may not be
 * set on it: a pipe or terminal is opened anew through /proc with a file description of our own, a
 * socket (the journal) is sent to with MSG_DONTWAIT. Where opening anew is refused, poll(2) tells
 * whether PIPE_BUF bytes fit, and no more are written. */
#include "rt/linux/logsink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/metrics.h"

#define ROOM (64 * 1024)

static struct {
	enum { SINK_PLAIN, SINK_SOCKET, SINK_REOPENED, SINK_POLLED } kind;
	int fd;
	bool running;
	pid_t owner; /* a child process drops the lines that its parent has still to write */
	size_t n;
	char text[ROOM];
} sink = { .kind = SINK_POLLED, .fd = STDERR_FILENO };

void logsink_start(void)
{
	struct stat st;

	if (sink.owner != getpid())
		sink.n = 0;
	sink.owner = getpid();
	sink.running = true;
	sink.fd = STDERR_FILENO;
	sink.kind = SINK_POLLED;
	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	if (S_ISSOCK(st.st_mode)) {
		sink.kind = SINK_SOCKET;
	} else if (S_ISREG(st.st_mode)) {
		sink.kind = SINK_PLAIN;
	} else {
		int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

		if (fd < 0)
			return;
		sink.fd = fd;
		sink.kind = SINK_REOPENED;
	}
}

static size_t lines_in(const char *p, size_t n)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

void logsink_stop(void)
{
	if (!logsink_flush())
		metric_add(METRIC_LOG_DROPPED, lines_in(sink.text, sink.n));
	sink.n = 0;
	sink.running = false;
	if (sink.kind == SINK_REOPENED)
		close(sink.fd);
	sink.fd = STDERR_FILENO;
	sink.kind = SINK_POLLED;
}

static ssize_t write_some(void)
{
	struct pollfd p = { .fd = sink.fd, .events = POLLOUT };

	switch (sink.kind) {
	case SINK_SOCKET:
		return send(sink.fd, sink.text, sink.n, MSG_DONTWAIT | MSG_NOSIGNAL);
	case SINK_POLLED:
		if (poll(&p, 1, 0) != 1) {
			errno = EAGAIN;
			return -1;
		}
		return write(sink.fd, sink.text, sink.n < PIPE_BUF ? sink.n : PIPE_BUF);
	case SINK_PLAIN:
	case SINK_REOPENED:
	default:
		return write(sink.fd, sink.text, sink.n);
	}
}

bool logsink_flush(void)
{
	while (sink.n) {
		ssize_t n = write_some();

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			/* Nobody will ever read these. */
			metric_add(METRIC_LOG_DROPPED, lines_in(sink.text, sink.n));
			sink.n = 0;
			break;
		}
		sink.n -= (size_t)n;
		memmove(sink.text, sink.text + n, sink.n);
	}
	return true;
}

bool logsink_put(struct slice line)
{
	if (line.n > ROOM - sink.n)
		(void)logsink_flush(); /* room is looked at next */
	if (line.n > ROOM - sink.n)
		return false;
	memcpy(sink.text + sink.n, line.p, line.n);
	sink.n += line.n;
	if (!sink.running)
		(void)logsink_flush(); /* what is left goes with the next line */
	return true;
}
