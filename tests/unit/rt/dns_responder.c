#include "dns_responder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check_main.h"

#define HEADER 12

/* Reads the question's name; returns the offset behind its class, 0 when malformed. */
static size_t read_question(const uint8_t *p, size_t n, char name[256], unsigned *ret_type)
{
	size_t at = HEADER, out = 0;

	while (at < n && p[at] > 0) {
		size_t len = p[at++];

		if (len > 63 || at + len >= n)
			return 0;
		if (out > 0)
			name[out++] = '.';
		memcpy(name + out, p + at, len);
		out += len;
		at += len;
	}
	name[out] = 0;
	if (at + 5 > n)
		return 0;
	*ret_type = (unsigned)(p[at + 1] << 8 | p[at + 2]);
	return at + 5;
}

static size_t answer(uint8_t *p, size_t end, const struct dns_reply *reply)
{
	p[2] = 0x84; /* answer, authoritative */
	p[3] = (uint8_t)(0x80 | reply->rcode);
	memset(p + 6, 0, 6);
	if (reply->answer_type == 0)
		return end;
	const uint8_t fixed[] = { 0xc0, HEADER, 0, (uint8_t)reply->answer_type, 0, 1, 0, 0, 0, 60,
		0, (uint8_t)reply->rdata_n };

	p[7] = 1;
	memcpy(p + end, fixed, sizeof(fixed));
	memcpy(p + end + sizeof(fixed), reply->rdata, reply->rdata_n);
	return end + sizeof(fixed) + reply->rdata_n;
}

static void *serve(void *arg)
{
	struct dns_responder *r = arg;
	struct sockaddr_in from, held_for;
	socklen_t from_n = sizeof(from);
	uint8_t p[2048], held[2048];
	size_t held_n = 0;
	ssize_t n;

	while ((n = recvfrom(r->fd, p, 1024, 0, (struct sockaddr *)&from, &from_n)) > 1) {
		char name[256];
		unsigned type = 0;
		size_t end = read_question(p, (size_t)n, name, &type);

		for (size_t i = 0; end > 0 && i < r->n; i++) {
			if (strcasecmp(name, r->replies[i].name) != 0 || type != r->replies[i].type)
				continue;
			end = answer(p, end, &r->replies[i]);
			if (r->replies[i].late) {
				memcpy(held, p, end);
				held_n = end;
				held_for = from;
				break;
			}
			sendto(r->fd, p, end, 0, (struct sockaddr *)&from, from_n);
			if (held_n > 0)
				sendto(r->fd, held, held_n, 0, (struct sockaddr *)&held_for,
					sizeof(held_for));
			held_n = 0;
			break;
		}
	}
	return NULL;
}

void dns_responder_start(struct dns_responder *r, const struct dns_reply *replies, size_t n)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t at_n = sizeof(at);

	r->replies = replies;
	r->n = n;
	r->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(r->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(getsockname(r->fd, (struct sockaddr *)&at, &at_n), 0);
	r->port = ntohs(at.sin_port);
	ck_assert_int_eq(pthread_create(&r->thread, NULL, serve, r), 0);
}

void dns_responder_stop(struct dns_responder *r)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
		.sin_port = htons(r->port) };

	/* One byte ends it. */
	ck_assert_int_eq(sendto(r->fd, "x", 1, 0, (struct sockaddr *)&at, sizeof(at)), 1);
	pthread_join(r->thread, NULL);
	close(r->fd);
}
