/* The trace of a run: every event goes into a running digest, and into a readable file on request.
 * Private to the simulated world. */
#ifndef SLUICE_RT_SIM_TRACE_H
#define SLUICE_RT_SIM_TRACE_H

#include <stdint.h>

#include "base/slice.h"

enum trace_kind {
	TRACE_START,
	TRACE_CLOCK,
	TRACE_PROC,
	TRACE_PROC_END,
	TRACE_KILL,
	TRACE_POWER_CUT,
	TRACE_STRIKE,
	TRACE_DISK,
	TRACE_DISK_AT,
	TRACE_DISK_LOSS,
	TRACE_LISTEN,
	TRACE_CONNECT,
	TRACE_SEGMENT,
	TRACE_SEGMENT_BYTES,
	TRACE_BREAK,
	TRACE_READ,
	TRACE_CLOSE,
	TRACE_JOB,
	TRACE_LANE,
	TRACE_DNS,
	TRACE_RANDOM,
	TRACE_LOG,
	TRACE_CHOICE,
	TRACE_NOTE,
	TRACE_KINDS
};

void trace_start(uint64_t seed);
void trace_stop(void);
/* An event with up to three numbers: stable ones, never an address. */
void trace(enum trace_kind kind, uint64_t a, uint64_t b, uint64_t c);
/* An event with two numbers and bytes (all go into the digest, the file shows the beginning). */
void trace_bytes(enum trace_kind kind, uint64_t a, uint64_t b, struct slice bytes);
uint64_t trace_digest(void);

#endif
