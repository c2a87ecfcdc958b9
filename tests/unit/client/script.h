/* A peer that is nothing but a text: what it says each time somebody waits for it. */
#ifndef SLUICE_TESTS_CLIENT_SCRIPT_H
#define SLUICE_TESTS_CLIENT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/slice.h"
#include "rt/transport.h"

struct stream;

struct script {
	struct transport transport;
	struct slice text; /* not said yet; pieces end at `mark` */
	struct slice piece; /* being said */
	char mark;
	bool hangs; /* at its end it falls silent, instead of closing */
	size_t reset_after; /* writes fail once so many bytes have come; 0: never */
	bool closed;
	struct buf heard;
};

/* A new stream on the peer; s must outlive it. buf_done(&s->heard) is the caller's. */
struct stream *script_stream(struct script *s, struct slice text, char mark);

#endif
