/* A next hop for tests in the simulated world. What it says to a recipient depends on the local part:
 * "perm..." 550, "temp..." 450, "full..." 452 after the content, "gone..." 554 after the content,
 * "lost..." closes after the final dot without a word; everybody else is taken. */
#ifndef SLUICE_TESTS_FAKEHOP_H
#define SLUICE_TESTS_FAKEHOP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/time.h"

struct ctx;

#define FAKEHOP_MESSAGES 256

struct fakehop_message {
	usec_t wall; /* when the 250 was said */
	struct buf to; /* accepted recipients, each followed by a space */
	struct buf from; /* "<...>" and parameters */
	struct buf text; /* content, dots unstuffed */
};

/* Zeroed but for the address; set the switches at any time. */
struct fakehop {
	const char *address; /* "192.0.2.30:25" */
	const char *offers; /* EHLO lines after the first, each "250-X\r\n"; NULL: a usual set */
	const char *greeting; /* NULL: 220 */
	bool refuse_mail; /* 451 to each MAIL */
	unsigned chunks; /* BDAT commands seen */
	unsigned connections, sessions_now, sessions_most;
	struct fakehop_message v[FAKEHOP_MESSAGES];
	size_t n;
};

/* The process: serves until stopped. arg is a struct fakehop. */
int fakehop_run(struct ctx *ctx, void *arg);
/* Frees what was caught. */
void fakehop_done(struct fakehop *h);

#endif
