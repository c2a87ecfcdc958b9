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

static const char *const names[TRACE_KINDS] = {
	[TRACE_START] = "start",
	[TRACE_CLOCK] = "clock",
	[TRACE_PROC] = "process",
	[TRACE_PROC_END] = "process ended",
	[TRACE_KILL] = "kill",
	[TRACE_POWER_CUT] = "power cut",
	[TRACE_DISK] = "disk",
	[TRACE_DISK_LOSS] = "disk loss",
	[TRACE_LISTEN] = "listen",
	[TRACE_CONNECT] = "connect",
	[TRACE_SEGMENT] = "segment",
	[TRACE_READ] = "read",
	[TRACE_CLOSE] = "close",
	[TRACE_JOB] = "job",
	[TRACE_LANE] = "lane",
	[TRACE_DNS] = "dns",
	[TRACE_RANDOM] = "random",
	[TRACE_LOG] = "log",
	[TRACE_NOTE] = "note",
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

void trace(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
	mix((uint64_t)world_now());
	mix((uint64_t)kind);
	mix(a);
	mix(b);
	mix(c);
	if (tracer.file)
		fprintf(tracer.file, "%" PRId64 " %s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			world_now(), names[kind], a, b, c);
}

static void show_bytes(struct slice bytes)
{
	struct buf text;

	buf_init(&text, SHOWN_BYTES * 8);
	text_escape(&text, bytes, SHOWN_BYTES);
	fprintf(tracer.file, "\t%.*s\n", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
}

void trace_bytes(enum trace_kind kind, uint64_t a, struct slice bytes)
{
	trace(kind, a, bytes.n, hash_crc32c(0, bytes.p, bytes.n));
	if (tracer.file)
		show_bytes(bytes);
}

uint64_t trace_digest(void)
{
	return tracer.state;
}
