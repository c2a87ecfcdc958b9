/* The digest is a chain: each number is mixed into the state so that order counts. The virtual time
 * is part of every event. */
#include "rt/sim/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/text.h"
#include "rt/world.h"

#define SHOWN_BYTES 120

/* How the file names an event and its numbers; NULL: the number is not shown. */
static const struct {
	const char *name, *a, *b, *c;
} kinds[TRACE_KINDS] = {
	[TRACE_START] = { "start", "seed", NULL, NULL },
	[TRACE_CLOCK] = { "clock", NULL, NULL, NULL },
	[TRACE_PROC] = { "process starts", "host", "process", NULL },
	[TRACE_PROC_END] = { "process ends", "process", "dead", "result" },
	[TRACE_KILL] = { "kill", "process", NULL, NULL },
	[TRACE_POWER_CUT] = { "power cut", "host", NULL, NULL },
	[TRACE_STRIKE] = { "strike", "process", "kind", "at" },
	[TRACE_DISK] = { "disk", "host", "operation", "kind" },
	[TRACE_DISK_AT] = { "  of file", "at", "bytes", NULL },
	[TRACE_DISK_LOSS] = { "disk loses", "host", "how", "changes" },
	[TRACE_LISTEN] = { "listen", "process", "port", NULL },
	[TRACE_CONNECT] = { "connect", "connection", "accepted", "process-or-port" },
	[TRACE_SEGMENT] = { "segment", "connection", "side", "kind" },
	[TRACE_SEGMENT_BYTES] = { "  with bytes", NULL, "bytes", NULL },
	[TRACE_BREAK] = { "break", "connection", "how", "answers" },
	[TRACE_READ] = { "read", "connection", "side", "bytes" },
	[TRACE_CLOSE] = { "close", "connection", "side", NULL },
	[TRACE_JOB] = { "job", "process", "ended", "result" },
	[TRACE_LANE] = { "lane", "process", "received", "items" },
	[TRACE_DNS] = { "dns", "type", NULL, NULL },
	[TRACE_RANDOM] = { "random", "bytes", NULL, NULL },
	[TRACE_LOG] = { "log", "process", NULL, NULL },
	[TRACE_CHOICE] = { "choice", "of", "chosen", NULL },
	[TRACE_NOTE] = { "note", NULL, NULL, NULL },
};

static struct {
	uint64_t state;
	FILE *file;
} tracer;

static void mix(uint64_t x)
{
	tracer.state = hash_u64(tracer.state ^ x) + 0x9e3779b97f4a7c15ULL;
}

void trace_start(uint64_t seed)
{
	const char *path = getenv("SIM_TRACE");

	tracer.state = 0;
	tracer.file = path && *path ? fopen(path, "w") : NULL;
	trace(TRACE_START, seed, 0, 0);
}

void trace_stop(void)
{
	if (tracer.file)
		fclose(tracer.file);
	tracer.file = NULL;
}

static void show_number(const char *name, uint64_t x)
{
	if (name)
		fprintf(tracer.file, " %s=%" PRId64, name, (int64_t)x);
}

static void show(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
	fprintf(tracer.file, "%.6f %s", (double)world_now() / (double)USEC_PER_SEC,
		kinds[kind].name);
	show_number(kinds[kind].a, a);
	show_number(kinds[kind].b, b);
	show_number(kinds[kind].c, c);
	/* So that two runs can be compared where what they do is not shown. */
	fprintf(tracer.file, " ~%04x\n", (unsigned)(tracer.state & 0xffff));
}

static void digest(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
	mix((uint64_t)world_now());
	mix((uint64_t)kind);
	mix(a);
	mix(b);
	mix(c);
}

void trace(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
	digest(kind, a, b, c);
	if (tracer.file)
		show(kind, a, b, c);
}

static void show_bytes(struct slice bytes)
{
	struct buf text;

	buf_init(&text, SHOWN_BYTES * 8);
	text_escape(&text, bytes, SHOWN_BYTES);
	fprintf(tracer.file, "\t%.*s\n", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
}

void trace_bytes(enum trace_kind kind, uint64_t a, uint64_t b, struct slice bytes)
{
	digest(kind, a, b, bytes.n);
	mix(hash_crc32c(0, bytes.p, bytes.n));
	if (tracer.file) {
		show(kind, a, b, bytes.n);
		show_bytes(bytes);
	}
}

uint64_t trace_digest(void)
{
	return tracer.state;
}
