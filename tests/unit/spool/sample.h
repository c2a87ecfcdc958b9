/* Stored samples of the spool's format: folders as text, each with a description of all that must be
 * found in it. */
#ifndef SLUICE_TESTS_UNIT_SPOOL_SAMPLE_H
#define SLUICE_TESTS_UNIT_SPOOL_SAMPLE_H

struct buf;
struct ctx;
struct sim_host;
struct spool;

/* Appends every message, its envelope, the sums of its header block and body, and what became of its
 * recipients, in words. Fails the test when a byte cannot be read. */
void sample_describe(struct ctx *ctx, struct spool *sp, struct buf *ret);
/* Writes the files below the host's folder "spool", and the description, to a text file. */
void sample_save(struct sim_host *host, const struct buf *description, const char *path);
/* Puts the files onto the host's disk; appends the description. */
void sample_load(struct sim_host *host, const char *path, struct buf *ret_description);

#endif
