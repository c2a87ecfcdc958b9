/* A load of SMTP clients, as cheap as one epoll loop can make it, so that the server has the
 * machine: N clients at once, each sending messages of a fixed size over connections that carry one
 * (new), so many, or all that it sends (kept). MAIL, RCPT and DATA go in one write (RFC 2920), the
 * content and the final dot in another, with QUIT behind the last dot of a connection. Every message
 * holds its own id, in its Message-ID and in its last line.
 *
 *     load PORT CLIENTS SECONDS BYTES new|MESSAGES|kept FIRST-ID [REPLIES|- [RATE]]
 *
 * A client sends as soon as it can; with RATE (and `new`) so many messages a second are due, and
 * what is late counts from when it was due. Clients come from 127.0.0.2 and up. Prints one line of
 * JSON when the last client has ended; into the file REPLIES one line for each 250 to a final dot:
 * ID REPLY. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ID	  "bench-id-"
#define ID_DIGITS 10
#define EVENTS	  64

enum state { GREETING, EHLO, ENVELOPE, CONTENT, QUIT };

struct client {
	int fd;
	enum state state;
	unsigned left; /* replies still to come before the next step */
	unsigned sent; /* messages over this connection */
	size_t n; /* bytes in the buffer */
	uint64_t id;
	uint64_t since_ns; /* when the final dot went, or with a rate when the message was due */
	char in[2048];
};

static struct {
	struct sockaddr_in server;
	unsigned clients, active;
	size_t bytes;
	unsigned each; /* messages of a connection */
	uint64_t gap_ns, due_ns; /* between messages, of the next one; 0: no rate */
	struct client **resting; /* with a rate: those without a connection */
	unsigned resting_n;
	uint64_t next_id, first_id;
	uint64_t began_ns, end_ns;
	uint64_t accepted, accepted_in_time, refused, broken;
	uint32_t *latency_us;
	size_t latency_n, latency_room;
	int epoll;
	char *content; /* with two places for the id */
	size_t content_n;
	char *places[2];
	FILE *replies;
} load;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- the message ---- */

static void make_content(void)
{
	static const char head[] = "From: <load@sender.test>\r\nTo: <catch@sink.test>\r\n"
				   "Date: Mon, 06 Jan 2025 10:00:00 +0000\r\nSubject: benchmark\r\n"
				   "Message-ID: <" ID "0000000000@load.test>\r\n\r\n";
	static const char line[] =
		"The quick brown fox jumps over the lazy dog, and once more.\r\n";
	static const char tail[] = ID "0000000000\r\n.\r\n";
	char *p = load.content = malloc(load.bytes + sizeof(head) + sizeof(line) + sizeof(tail));

	if (p == NULL)
		die("malloc");
	p = stpcpy(p, head);
	load.places[0] = strstr(load.content, ID) + strlen(ID);
	while ((size_t)(p - load.content) + sizeof(line) + sizeof(tail) < load.bytes)
		p = stpcpy(p, line);
	load.places[1] = p + strlen(ID);
	p = stpcpy(p, tail);
	load.content_n = (size_t)(p - load.content);
}

static void set_id(uint64_t id)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%0*llu", ID_DIGITS, (unsigned long long)id);
	memcpy(load.places[0], digits, ID_DIGITS);
	memcpy(load.places[1], digits, ID_DIGITS);
}

/* ---- one client ---- */

static void send_all(struct client *c, struct iovec *iov, int n)
{
	while (n) {
		ssize_t sent = writev(c->fd, iov, n);

		if (sent < 0 && errno == EAGAIN) {
			/* Messages are smaller than a socket's buffer: this is rare. */
			usleep(100);
			continue;
		}
		if (sent < 0)
			return; /* the next read says so as well */
		for (; n && (size_t)sent >= iov->iov_len; n--)
			sent -= (ssize_t)(iov++)->iov_len;
		if (n) {
			iov->iov_base = (char *)iov->iov_base + sent;
			iov->iov_len -= (size_t)sent;
		}
	}
}

static void say(struct client *c, const char *text, unsigned replies, enum state next)
{
	struct iovec iov = { (void *)(uintptr_t)text, strlen(text) };

	c->state = next;
	c->left = replies;
	send_all(c, &iov, 1);
}

static void connect_client(struct client *c)
{
	static unsigned turn;
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		die("socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % 16);
	if (bind(c->fd, (struct sockaddr *)&from, sizeof(from)) != 0)
		die("bind");
	if (connect(c->fd, (struct sockaddr *)&load.server, sizeof(load.server)) != 0 &&
		errno != EINPROGRESS)
		die("connect");
	c->state = GREETING;
	c->left = 1;
	c->sent = 0;
	c->n = 0;
	if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("epoll_ctl");
}

/* Connects for each message that is due, as long as there is somebody to send it. */
static void connect_due(void)
{
	uint64_t now = now_ns();

	for (; load.resting_n && load.due_ns <= now && load.due_ns < load.end_ns;
		load.due_ns += load.gap_ns) {
		struct client *c = load.resting[--load.resting_n];

		c->since_ns = load.due_ns;
		load.active++;
		connect_client(c);
	}
}

/* The connection has ended; another one, or this client's end. */
static void ended(struct client *c)
{
	close(c->fd);
	if (load.gap_ns) {
		load.active--;
		load.resting[load.resting_n++] = c;
		return;
	}
	if (now_ns() < load.end_ns) {
		connect_client(c);
		return;
	}
	load.active--;
	c->fd = -1;
}

static void send_content(struct client *c)
{
	static const char quit[] = "QUIT\r\n";
	struct iovec iov[2] = { { load.content, load.content_n }, { (void *)(uintptr_t)quit, 6 } };

	set_id(c->id = load.next_id++);
	c->state = CONTENT;
	c->left = 1;
	if (load.gap_ns == 0)
		c->since_ns = now_ns();
	send_all(c, iov, ++c->sent < load.each ? 1 : 2);
}

static void note_accepted(struct client *c, const char *line, size_t n)
{
	uint64_t now = now_ns();

	if (load.latency_n == load.latency_room) {
		load.latency_room = load.latency_room ? load.latency_room * 2 : 65536;
		load.latency_us = realloc(load.latency_us, load.latency_room * sizeof(uint32_t));
		if (load.latency_us == NULL)
			die("realloc");
	}
	load.latency_us[load.latency_n++] = (uint32_t)((now - c->since_ns) / 1000);
	load.accepted++;
	load.accepted_in_time += now < load.end_ns;
	if (load.replies)
		fprintf(load.replies, "%llu %.*s\n", (unsigned long long)c->id, (int)n, line);
}

static void next_message(struct client *c)
{
	say(c, "MAIL FROM:<load@sender.test>\r\nRCPT TO:<catch@sink.test>\r\nDATA\r\n", 3,
		ENVELOPE);
}

static void content_answered(struct client *c, const char *line, size_t n)
{
	if (memcmp(line, "250", 3) == 0)
		note_accepted(c, line, n);
	else if (load.refused++ == 0)
		fprintf(stderr, "load: refused: %.*s\n", (int)n, line);
	if (c->sent == load.each) {
		c->state = QUIT; /* it has gone already */
		c->left = 1;
	} else if (now_ns() < load.end_ns) {
		next_message(c);
	} else {
		say(c, "QUIT\r\n", 1, QUIT);
	}
}

/* One reply's last line has come. */
static void answered(struct client *c, const char *line, size_t n)
{
	bool fine = line[0] == '2' || line[0] == '3';

	if (!fine && c->state != CONTENT) {
		if (load.refused++ == 0)
			fprintf(stderr, "load: refused: %.*s\n", (int)n, line);
		say(c, "QUIT\r\n", 99, QUIT);
		return;
	}
	if (--c->left)
		return;
	switch (c->state) {
	case GREETING:
		say(c, "EHLO load.test\r\n", 1, EHLO);
		break;
	case EHLO:
		next_message(c);
		break;
	case ENVELOPE:
		send_content(c);
		break;
	case CONTENT:
		content_answered(c, line, n);
		break;
	case QUIT:
		c->left = 99; /* the server closes now */
		break;
	}
}

static void take_lines(struct client *c)
{
	char *line = c->in, *end = c->in + c->n, *nl;

	while ((nl = memchr(line, '\n', (size_t)(end - line)))) {
		size_t n = (size_t)(nl - line);

		if (n && line[n - 1] == '\r')
			n--;
		if (n >= 3 && (n == 3 || line[3] != '-'))
			answered(c, line, n);
		line = nl + 1;
	}
	c->n = (size_t)(end - line);
	memmove(c->in, line, c->n);
}

static void readable(struct client *c)
{
	ssize_t got = read(c->fd, c->in + c->n, sizeof(c->in) - c->n);

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		if (c->state != QUIT)
			load.broken++;
		ended(c);
		return;
	}
	c->n += (size_t)got;
	take_lines(c);
}

/* ---- all of them ---- */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(void)
{
	size_t n = load.latency_n;
	double seconds = (double)(load.end_ns - load.began_ns) / 1e9;

	qsort(load.latency_us, n, sizeof(uint32_t), by_value);
	printf("{\"accepted\": %llu, \"rate\": %.1f, \"refused\": %llu, \"broken\": %llu, "
	       "\"p50_us\": %u, \"p99_us\": %u, \"max_us\": %u, \"next_id\": %llu}\n",
		(unsigned long long)load.accepted, (double)load.accepted_in_time / seconds,
		(unsigned long long)load.refused, (unsigned long long)load.broken,
		n ? load.latency_us[n / 2] : 0, n ? load.latency_us[n * 99 / 100] : 0,
		n ? load.latency_us[n - 1] : 0, (unsigned long long)load.next_id);
}

/* Until the next event, or until the next message is due. */
static int wait_events(struct epoll_event *events)
{
	uint64_t now = now_ns(), due = load.due_ns;
	struct timespec t = { .tv_sec = 1 };

	if (load.gap_ns && load.resting_n && due < load.end_ns && due < now + 1000000000u)
		t = (struct timespec){ .tv_nsec = due > now ? (long)(due - now) : 0 };
	return epoll_pwait2(load.epoll, events, EVENTS, &t, NULL);
}

static void begin(struct client *clients)
{
	load.resting = calloc(load.clients, sizeof(*load.resting));
	if (load.resting == NULL)
		die("calloc");
	load.due_ns = load.began_ns;
	for (unsigned i = 0; i < load.clients; i++) {
		if (load.gap_ns)
			load.resting[load.resting_n++] = &clients[i];
		else
			connect_client(&clients[i]);
	}
	load.active = load.gap_ns ? 0 : load.clients;
}

static void run(void)
{
	struct client *clients = calloc(load.clients, sizeof(*clients));
	struct epoll_event events[EVENTS];
	uint64_t give_up = load.end_ns + 60000000000u;

	if (clients == NULL)
		die("calloc");
	begin(clients);
	while ((load.active || (load.gap_ns && load.due_ns < load.end_ns)) && now_ns() < give_up) {
		if (load.gap_ns)
			connect_due();
		int n = wait_events(events);

		for (int i = 0; i < n; i++)
			readable(events[i].data.ptr);
	}
	load.broken += load.active;
	free(clients);
	free(load.resting);
}

static unsigned messages_each(const char *word)
{
	if (strcmp(word, "new") == 0)
		return 1;
	return strcmp(word, "kept") == 0 ? UINT32_MAX : (unsigned)atoi(word);
}

int main(int argc, char **argv)
{
	if (argc < 7) {
		fputs("usage: load PORT CLIENTS SECONDS BYTES new|MESSAGES|kept FIRST-ID "
		      "[REPLIES|- [RATE]]\n",
			stderr);
		return 64;
	}
	load.server = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	load.clients = (unsigned)atoi(argv[2]);
	load.bytes = (size_t)atol(argv[4]);
	load.each = messages_each(argv[5]);
	load.next_id = load.first_id = strtoull(argv[6], NULL, 10);
	if (argc > 8)
		load.gap_ns = (uint64_t)(1e9 / atof(argv[8]));
	if (argc > 7 && strcmp(argv[7], "-") != 0 && (load.replies = fopen(argv[7], "w")) == NULL)
		die(argv[7]);
	signal(SIGPIPE, SIG_IGN); /* a server that hangs up is counted, not followed */
	make_content();
	load.epoll = epoll_create1(0);
	load.began_ns = now_ns();
	load.end_ns = load.began_ns + (uint64_t)(atof(argv[3]) * 1e9);
	run();
	report();
	if (load.replies)
		fclose(load.replies);
	return 0;
}
