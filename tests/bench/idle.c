/* Holds many idle sessions: connects, reads the greeting, says EHLO, reads the answer, and then keeps
 * silent until its standard input ends.
 *
 *     idle PORT SESSIONS
 *
 * Prints `held N` when all are there. It uses blocking sockets and no epoll, so that its own end of a
 * connection costs the kernel the socket and nothing else. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Reads one reply, to the end of its last line. */
static void read_reply(int fd)
{
	char in[4096];
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, in + n, sizeof(in) - 1 - n);

		if (got <= 0)
			die("idle: read");
		n += (size_t)got;
		in[n] = 0;
		char *last = in;

		for (char *nl; (nl = strchr(last, '\n')) && nl[1];)
			last = nl + 1;
		if (in[n - 1] == '\n' && strlen(last) > 3 && last[3] != '-')
			break;
	}
	if (in[0] != '2') {
		fprintf(stderr, "idle: refused: %s", in);
		exit(1);
	}
}

static void open_session(const struct sockaddr_in *server, unsigned turn)
{
	static const char hello[] = "EHLO idle.test\r\n";
	struct sockaddr_in from = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn % 200) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("idle: socket");
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
		connect(fd, (const struct sockaddr *)server, sizeof(*server)) != 0)
		die("idle: connect");
	read_reply(fd);
	if (write(fd, hello, strlen(hello)) < 0)
		die("idle: write");
	read_reply(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in server = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct rlimit files;
	char c;

	if (argc != 3) {
		fputs("usage: idle PORT SESSIONS\n", stderr);
		return 64;
	}
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	server.sin_port = htons((uint16_t)atoi(argv[1]));
	for (unsigned i = 0; i < (unsigned)atoi(argv[2]); i++)
		open_session(&server, i);
	printf("held %s\n", argv[2]);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
