/* A tiny name server on 127.0.0.1 for tests: a thread that answers from a table. */
#ifndef SLUICE_TESTS_DNS_RESPONDER_H
#define SLUICE_TESTS_DNS_RESPONDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_reply {
	const char *name; /* "a.example", lower case */
	unsigned type; /* of the question */
	unsigned rcode;
	unsigned answer_type; /* of the record; 0: none */
	const char *rdata;
	size_t rdata_n;
	bool late; /* goes out behind the answer to the next question */
};

struct dns_responder {
	int fd;
	uint16_t port;
	pthread_t thread;
	const struct dns_reply *replies;
	size_t n;
};

/* Questions that no row fits stay unanswered. */
void dns_responder_start(struct dns_responder *r, const struct dns_reply *replies, size_t n);
void dns_responder_stop(struct dns_responder *r);

#endif
