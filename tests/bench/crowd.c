/* Many clients that cost a server more than they bring. All connect, read the greeting, say EHLO and
 * read the answer; then
 *
 *     crowd PORT SESSIONS idle            they keep silent
 *     crowd PORT SESSIONS tarpit SECONDS  they say what is no command, as soon as the last was answered;
 *                                         their first ones are spread over so much time
 *     crowd PORT SESSIONS slow SECONDS BYTES FIRST-ID
 *                                         each sends one message in small steps that take so long
 *     crowd PORT SESSIONS hasty SECONDS BYTES FIRST-ID
 *                                         the same, but each says its commands without a pause
 *
 * `held N` is printed when all are there and have said their first; the last prints `took N refused N`
 * when every client has its answer. All stay until standard input ends, and then print `open N`: on
 * so many the server has not hung up. Sockets are blocking and there is no epoll, so that the
 * clients' end of a connection costs the kernel the socket and nothing else. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES 200 /* that they come from */
#define ROUND_MS  1000 /* in which each tarpitted client is looked at once */
#define TURNS	  100 /* of a round: so many breaths */

static unsigned sessions;
static int *fds;
static unsigned refused;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sleep_until(double when)
{
	double wait = when - now_s();

	if (wait > 0)
		usleep((useconds_t)(wait * 1e6));
}

/* Reads one reply, to the end of its last line. Returns its first digit. */
static char read_reply(int fd)
{
	char in[4096];
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, in + n, sizeof(in) - 1 - n);

		if (got <= 0)
			die("crowd: read");
		n += (size_t)got;
		in[n] = 0;
		char *last = in;

		for (char *nl; (nl = strchr(last, '\n')) && nl[1];)
			last = nl + 1;
		if (in[n - 1] == '\n' && strlen(last) > 3 && last[3] != '-')
			break;
	}
	if (in[0] > '3' && refused++ == 0)
		fprintf(stderr, "crowd: refused: %s", in);
	return in[0];
}

static void say(int fd, const char *text, size_t n)
{
	if (send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		die("crowd: send");
}

static int open_session(const struct sockaddr_in *server, unsigned turn)
{
	static const char hello[] = "EHLO crowd.test\r\n";
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn % ADDRESSES) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("crowd: socket");
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
		connect(fd, (const struct sockaddr *)server, sizeof(*server)) != 0)
		die("crowd: connect");
	if (read_reply(fd) != '2')
		exit(1);
	say(fd, hello, strlen(hello));
	if (read_reply(fd) != '2')
		exit(1);
	return fd;
}

static bool is_open(int fd)
{
	char c;
	ssize_t got = recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK);

	return got > 0 || (got < 0 && errno == EAGAIN);
}

static bool input_has_ended(void)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* ---- tarpit ---- */

static const char nonsense[] = "XYZZY\r\n";

static void annoy_again(int fd)
{
	char in[512];
	ssize_t got = recv(fd, in, sizeof(in), MSG_DONTWAIT);

	if (got == 0 || (got < 0 && errno != EAGAIN))
		die("crowd: the server hung up");
	if (got > 0 && in[got - 1] == '\n')
		say(fd, nonsense, strlen(nonsense));
}

static void annoy_first(double seconds)
{
	double began = now_s();

	for (unsigned i = 0; i < sessions; i++) {
		if (i % 16 == 0)
			sleep_until(began + seconds * i / sessions);
		say(fds[i], nonsense, strlen(nonsense));
	}
}

static void annoy(void)
{
	double next = now_s();

	for (unsigned turn = 0; !input_has_ended(); turn = (turn + 1) % TURNS) {
		for (unsigned i = turn; i < sessions; i += TURNS)
			annoy_again(fds[i]);
		next += (double)ROUND_MS / TURNS / 1e3;
		sleep_until(next);
	}
}

/* ---- slow ---- */

static const char *const commands[] = {
	"MAIL FROM:<crowd@sender.test>\r\n",
	"RCPT TO:<catch@sink.test>\r\n",
	"DATA\r\n",
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))
#define PIECES	 10 /* of the content */

/* Content with its id and the final dot, in pieces of the same size but the last. */
static void send_piece(unsigned client, unsigned piece, size_t bytes, unsigned long first_id)
{
	static char text[1 << 20];
	size_t n = (size_t)snprintf(text, sizeof(text),
		"From: <crowd@sender.test>\r\nMessage-ID: <bench-id-%010lu@crowd.test>\r\n\r\n",
		first_id + client);

	for (; n + 2 < bytes - 5; n++)
		text[n] = n % 64 == 62 ? '\r' : n % 64 == 63 ? '\n' : 'x';
	n += (size_t)snprintf(text + n, sizeof(text) - n, "\r\n.\r\n");
	size_t from = n / PIECES * piece, to = piece + 1 == PIECES ? n : n / PIECES * (piece + 1);

	say(fds[client], text + from, to - from);
}

/* All commands of one client after the other, in the time that they have. */
static void send_commands(double began, double seconds)
{
	for (unsigned i = 0; i < sessions; i++) {
		sleep_until(began + seconds * i / sessions);
		for (unsigned step = 0; step < COMMANDS; step++) {
			say(fds[i], commands[step], strlen(commands[step]));
			read_reply(fds[i]);
		}
	}
}

/* Step by step, each client in its turn, so that there is always somebody who sends. */
static void send_slowly(bool hasty, double seconds, size_t bytes, unsigned long first_id)
{
	double step_s = seconds / (COMMANDS + PIECES), began = now_s();
	unsigned took = 0;

	if (hasty)
		send_commands(began, step_s * COMMANDS);
	for (unsigned step = hasty ? COMMANDS : 0; step < COMMANDS + PIECES; step++) {
		for (unsigned i = 0; i < sessions; i++) {
			if (i % 16 == 0)
				sleep_until(began + step_s * (step + (double)i / sessions));
			if (!hasty && step && step <= COMMANDS)
				read_reply(fds[i]);
			if (step < COMMANDS)
				say(fds[i], commands[step], strlen(commands[step]));
			else
				send_piece(i, step - COMMANDS, bytes, first_id);
		}
	}
	for (unsigned i = 0; i < sessions; i++)
		took += read_reply(fds[i]) == '2';
	printf("took %u refused %u\n", took, refused);
	fflush(stdout);
}

/* ---- all of them ---- */

static void raise_descriptors(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
	struct sockaddr_in server = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned open = 0;
	char c;

	bool hasty = argc > 3 && strcmp(argv[3], "hasty") == 0;
	bool slow = hasty || (argc > 3 && strcmp(argv[3], "slow") == 0);

	if (argc < 4 || (slow && argc < 7) || (strcmp(argv[3], "tarpit") == 0 && argc < 5)) {
		fputs("usage: crowd PORT SESSIONS idle|tarpit|slow|hasty [SECONDS [BYTES FIRST-ID]]\n",
			stderr);
		return 64;
	}
	raise_descriptors();
	server.sin_port = htons((uint16_t)atoi(argv[1]));
	sessions = (unsigned)atoi(argv[2]);
	fds = calloc(sessions, sizeof(*fds));
	if (fds == NULL)
		die("calloc");
	for (unsigned i = 0; i < sessions; i++)
		fds[i] = open_session(&server, i);
	if (strcmp(argv[3], "tarpit") == 0)
		annoy_first(atof(argv[4]));
	printf("held %u\n", sessions);
	fflush(stdout);
	if (slow)
		send_slowly(
			hasty, atof(argv[4]), (size_t)atol(argv[5]), strtoul(argv[6], NULL, 10));
	else if (strcmp(argv[3], "tarpit") == 0)
		annoy();
	while (read(0, &c, 1) > 0)
		;
	for (unsigned i = 0; i < sessions; i++)
		open += is_open(fds[i]);
	printf("open %u\n", open);
	return 0;
}
