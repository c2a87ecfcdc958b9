/* What every implementation of the spool must do: cases to be run against an open, empty spool. */
#ifndef SLUICE_TESTS_UNIT_SPOOL_CONFORM_H
#define SLUICE_TESTS_UNIT_SPOOL_CONFORM_H

#include <stddef.h>

#include "spool/spool.h"

struct ctx;

struct conform_case {
	const char *name;
	void (*run)(struct ctx *ctx, struct spool *sp);
};
extern const struct conform_case conform_cases[];
extern const size_t conform_cases_n;

/* Helpers for other tests. The body's bytes follow from seed and size; the header names them. */
int conform_put(struct ctx *ctx, struct spool *sp, unsigned seed, size_t body, unsigned rcpts,
	const struct spool_result *results, size_t n, uint64_t *ret_id);
/* Aborts the test unless envelope, header block and body are what conform_put stored. */
void conform_check(struct ctx *ctx, struct spool *sp, uint64_t id);
/* Reads the rest of the body and compares it with what conform_put wrote for this seed. */
void conform_check_body(struct ctx *ctx, struct spool_reader *reader, unsigned seed);
struct spool_rcpt_info conform_rcpt(struct spool *sp, uint64_t id, uint16_t rcpt);
void conform_lease(struct spool *sp, uint64_t id, uint16_t rcpt);
void conform_record(struct spool *sp, uint64_t id, uint16_t rcpt, enum spool_outcome outcome);

#endif
