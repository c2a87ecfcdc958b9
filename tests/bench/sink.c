/* The next hop of the benchmark: takes every message, keeps none, counts the ids that the load put
 * into them. One epoll loop and no allocation, so that it is never what limits the rate.
 *
 *     sink PORT [BYTES-A-SECOND]
 *
 * With a second number it reads no faster than that, all connections together. VRFY is answered with
 * the counts: 250 MESSAGES UNIQUE SESSIONS, where sessions are the most at once that said EHLO. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ID	"bench-id-"
#define IDS_MAX (1u << 28) /* the greatest id that can be counted */
#define EVENTS	64
#define IN_MAX	65536 /* an id is looked for in so much of a message */

struct conn {
	int fd;
	bool in_data, counted; /* the message; its id */
	bool greeted; /* it said EHLO */
	size_t n, seen; /* bytes in the buffer, and of those without a final dot */
	size_t out_n;
	char out[4096];
	char in[IN_MAX];
};

static int epoll_fd;
static uint64_t messages, unique;
static unsigned sessions, sessions_most;
static double pause_us; /* for each byte */
static unsigned char *seen;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void say(struct conn *c, const char *text)
{
	size_t n = strlen(text);

	if (c->out_n + n > sizeof(c->out))
		die("sink: a client sends without reading");
	memcpy(c->out + c->out_n, text, n);
	c->out_n += n;
}

static void flush(struct conn *c)
{
	/* Replies are short and clients read them: a socket that is full means a broken client. */
	if (c->out_n && send(c->fd, c->out, c->out_n, MSG_NOSIGNAL) < 0)
		shutdown(c->fd, SHUT_RDWR);
	c->out_n = 0;
}

static void count_id(struct conn *c, const char *p, size_t n)
{
	const char *id = c->counted ? NULL : memmem(p, n, ID, strlen(ID));
	unsigned long k = id ? strtoul(id + strlen(ID), NULL, 10) : 0;

	c->counted = true;
	if (id == NULL || k >= IDS_MAX)
		return;
	if (!(seen[k / 8] & 1u << k % 8))
		unique++;
	seen[k / 8] |= (unsigned char)(1u << k % 8);
}

static void greet(struct conn *c)
{
	sessions += !c->greeted;
	c->greeted = true;
	if (sessions > sessions_most)
		sessions_most = sessions;
	say(c, "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 0\r\n");
}

static void tell_counts(struct conn *c)
{
	char line[64];

	snprintf(line, sizeof(line), "250 %llu %llu %u\r\n", (unsigned long long)messages,
		(unsigned long long)unique, sessions_most);
	say(c, line);
}

/* False: QUIT. */
static bool command(struct conn *c, const char *line)
{
	if (strncasecmp(line, "EHLO", 4) == 0)
		greet(c);
	else if (strncasecmp(line, "DATA", 4) == 0)
		say(c, "354 go on\r\n");
	else if (strncasecmp(line, "VRFY", 4) == 0)
		tell_counts(c);
	else if (strncasecmp(line, "QUIT", 4) == 0)
		say(c, "221 bye\r\n");
	else
		say(c, "250 fine\r\n");
	c->in_data = strncasecmp(line, "DATA", 4) == 0;
	c->counted = false;
	return strncasecmp(line, "QUIT", 4) != 0;
}

static void drop(struct conn *c, size_t n)
{
	c->n -= n;
	c->seen = 0;
	memmove(c->in, c->in + n, c->n);
}

/* Takes one command or one message. False: there is none, or no more will come. */
static bool step(struct conn *c, bool *ret_quit)
{
	static const char dot[] = "\r\n.\r\n";
	const char *end;

	if (!c->in_data) {
		end = memchr(c->in, '\n', c->n);
		if (end == NULL)
			return false;
		*ret_quit = !command(c, c->in);
		drop(c, (size_t)(end - c->in) + 1);
		return !*ret_quit;
	}
	size_t from = c->seen > 4 ? c->seen - 4 : 0;

	end = memmem(c->in + from, c->n - from, dot, 5);
	c->seen = c->n;
	if (end == NULL && c->n == sizeof(c->in)) { /* only its end is wanted any more */
		count_id(c, c->in, c->n);
		drop(c, c->n - 4);
	}
	if (end == NULL)
		return false;
	count_id(c, c->in, (size_t)(end - c->in));
	messages++;
	say(c, "250 taken\r\n");
	c->in_data = false;
	drop(c, (size_t)(end - c->in) + 5);
	return true;
}

static void finish(struct conn *c)
{
	sessions -= c->greeted;
	close(c->fd);
	free(c);
}

static void readable(struct conn *c)
{
	bool quit = false;
	ssize_t got = read(c->fd, c->in + c->n, sizeof(c->in) - c->n);

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		finish(c);
		return;
	}
	c->n += (size_t)got;
	if (pause_us > 0)
		usleep((useconds_t)(pause_us * (double)got));
	while (step(c, &quit))
		;
	flush(c);
	if (quit)
		finish(c);
}

static void accept_one(int listener)
{
	int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	struct conn *c;

	if (fd < 0)
		return;
	c = malloc(sizeof(*c));
	if (c == NULL)
		die("malloc");
	c->fd = fd;
	c->in_data = c->counted = c->greeted = false;
	c->n = c->seen = c->out_n = 0;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev);
	say(c, "220 sink.test ESMTP\r\n");
	flush(c);
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event ev = { .events = EPOLLIN };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 4096) != 0)
		die("sink: listen");
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev);
	return fd;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: sink PORT [BYTES-A-SECOND]\n", stderr);
		return 64;
	}
	if (argc > 2)
		pause_us = 1e6 / atof(argv[2]);
	seen = calloc(IDS_MAX / 8, 1);
	epoll_fd = epoll_create1(0);
	if (seen == NULL || epoll_fd < 0)
		die("sink");
	int listener = listen_on((uint16_t)atoi(argv[1]));

	for (;;) {
		struct epoll_event events[EVENTS];
		int n = epoll_wait(epoll_fd, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				readable(events[i].data.ptr);
			else
				accept_one(listener);
		}
	}
}
