/* Messages in doubt (server/doubts.h) on the disk, so that a restart does not forget them: a small
 * SQLite database in the spool's folder, which all workers write and one reads at the start. Every
 * call blocks: for jobs. */
#ifndef SLUICE_APP_DOUBT_BASE_H
#define SLUICE_APP_DOUBT_BASE_H

#include <stddef.h>

#include "server/doubts.h"

struct job;

#define DOUBT_BASE_FILE "doubts.sqlite"
#define DOUBT_BASE_WHY	200 /* bytes for a reason */

/* Used by one job at a time. */
struct doubt_base;

/* What is in it. */
struct doubt_base_content {
	struct hash_key key; /* of all the hashes, made at the first start */
	struct doubt v[2 * DOUBTS_MAX]; /* the newest of each outcome, oldest first */
	size_t n;
};

/* Opens or makes the file in the working folder, for its owner alone. ERR_IO, ERR_ACCESS, ERR_BUSY
 * (another process holds it for longer than a few seconds), ERR_INVALID (it is none, it is damaged,
 * or of a later version): why is filled. */
int doubt_base_open(struct job *job, struct doubt_base **ret, char why[DOUBT_BASE_WHY]);
/* Reads all that is not too old at `now` (wall clock), and removes the rest. key: the one to use if
 * there is none yet. Fails as doubt_base_open; *ret is then undefined. */
int doubt_base_read(struct job *job, struct doubt_base *b, const struct hash_key *key, usec_t now,
	struct doubt_base_content *ret, char why[DOUBT_BASE_WHY]);
/* Puts n entries in, the newest last; one about the same message is replaced, as in the table, and
 * removed by one that is DOUBT_SETTLED. What is too old or too much by then, of one outcome or of
 * one client, is removed. Fails as doubt_base_open. */
int doubt_base_write(struct job *job, struct doubt_base *b, const struct doubt *v, size_t n,
	char why[DOUBT_BASE_WHY]);
/* NULL is fine. */
void doubt_base_close(struct job *job, struct doubt_base *b);

#endif
