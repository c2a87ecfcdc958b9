/* Reading a partition's folder without opening it: changes nothing, takes no lock, so that a person
 * can look at a spool whose program does not run, or that it refuses. The memory is that of an open
 * spool; nothing here suspends, what takes a job may block for long. */
#ifndef SLUICE_SPOOL_OFFLINE_H
#define SLUICE_SPOOL_OFFLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "spool/format.h"
#include "spool/spool.h"

struct job;

/* A partition as it was found. */
struct spool_offline;

struct spool_offline_segment {
	uint32_t number, generation, size, partition;
	uint64_t first; /* number of its first batch; 0: it is spare */
	uint32_t batches;
	bool header_rotten;
};

struct spool_offline_record {
	uint32_t segment, offset;
	uint64_t batch;
	struct spool_record_header header;
	struct slice states; /* entries (spool_format_state) */
	struct slice facts; /* the stored envelope, if it lies in the record */
	bool facts_good, content_good; /* match their checksums; content: what lies in the record */
};

/* Told while reading, in order of the batches. Members may be NULL. */
struct spool_offline_watch {
	void (*segment)(void *arg, const struct spool_offline_segment *s);
	void (*record)(void *arg, const struct spool_offline_record *r);
	/* Something that was acknowledged once cannot be read (rotten), or a tail is not whole:
	 * never acknowledged, and cut at the next start (or being written at this moment). */
	void (*trouble)(
		void *arg, const char *file, uint32_t offset, bool rotten, const char *what);
	void (*progress)(void *arg, unsigned done, unsigned total); /* segments */
	void *arg;
};

struct spool_offline_report {
	unsigned segments, spare;
	uint64_t batches, records;
	uint64_t messages, recipients[SPOOL_STATES], bytes; /* alive */
	unsigned rotten, torn;
	bool in_use; /* a process has the partition open: what it writes meanwhile may look torn */
};

/* Reads all of it; every checksum is compared. 0, and what is alive can be asked for below;
 * ERR_NOTFOUND when there is no such folder or no segment in it; ERR_ACCESS, ERR_IO;
 * ERR_UNSUPPORTED: written by a later version. */
int spool_offline_open(struct job *job, const char *path, const struct spool_offline_watch *watch,
	struct spool_offline **ret, struct spool_offline_report *ret_report);
void spool_offline_close(struct spool_offline *so); /* NULL is fine */

/* As spool_next, spool_look, spool_look_rcpt. */
bool spool_offline_next(const struct spool_offline *so, uint64_t after, struct spool_info *ret);
bool spool_offline_look(const struct spool_offline *so, uint64_t id, struct spool_info *ret);
bool spool_offline_rcpt(
	const struct spool_offline *so, uint64_t id, uint16_t rcpt, struct spool_rcpt_info *ret);
/* As spool_read_envelope and spool_read_reason. ERR_NOTFOUND, ERR_CORRUPT, ERR_IO. */
int spool_offline_envelope(struct job *job, const struct spool_offline *so, uint64_t id,
	struct arena *arena, struct spool_envelope *ret);
int spool_offline_reason(struct job *job, const struct spool_offline *so, uint64_t id,
	uint16_t rcpt, struct arena *arena, struct slice *ret);
/* Calls visit with the pieces of header block, empty line and body; it returns nonzero to stop, and
 * that is returned. The checksums are compared at the end of each part: ERR_CORRUPT. */
int spool_offline_content(struct job *job, const struct spool_offline *so, uint64_t id,
	int (*visit)(void *arg, struct slice piece), void *arg);

#endif
