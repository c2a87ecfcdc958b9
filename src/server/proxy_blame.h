/* Private to the proxy: whether a loss within a transaction is its member's doing, so that it
 * counts towards being left alone (docs/decisions/who-a-loss-is-noted-against.md). */
#ifndef SLUICE_SERVER_PROXY_BLAME_H
#define SLUICE_SERVER_PROXY_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client_rcpt;
struct ctx;
struct nexthop_broken;
struct proxy_backend;
struct smtp_reply;

/* As PROXY_REPLACE_MAX, and the first. */
#define PROXY_BLAME_MAX 3

/* What was lost in one step, by one member after the other. Zeroed at first. */
struct proxy_blame {
	struct {
		uint64_t member; /* each once */
		const char *why; /* lives as long as the step */
		bool excused; /* whatever the others do */
	} v[PROXY_BLAME_MAX];
	size_t n;
	bool refused; /* a recipient was, in this transaction */
};

/* None of them suspends. Another step begins. */
void proxy_blame_begin(struct proxy_backend *b);
/* Replies to recipients, code 0 for those that did not come. */
void proxy_blame_heard(struct proxy_backend *b, const struct smtp_reply *said, size_t n);
/* A member was lost. */
void proxy_blame_lost(struct proxy_backend *b, const struct nexthop_broken *broken);
/* The step is done: those who were lost in it before are to blame. */
void proxy_blame_done(struct ctx *ctx, struct proxy_backend *b);
/* Nobody did it. in_time: each that was asked was lost by itself; else the last one was cut off. */
void proxy_blame_failed(struct ctx *ctx, struct proxy_backend *b, bool in_time);

#endif
