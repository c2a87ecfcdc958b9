/* Private to the offline reader: what it keeps, and reading the parts of a message. */
#ifndef SLUICE_SPOOL_OFFLINE_PARTS_H
#define SLUICE_SPOOL_OFFLINE_PARTS_H

#include "spool/index.h"
#include "spool/offline.h"

struct dir;
struct job;

struct offline_segment {
	struct spool_offline_segment info;
	uint64_t salt;
	bool unreadable;
};

struct spool_offline {
	struct dir *dir;
	struct offline_segment *segments; /* in the order in which they were written */
	size_t n;
	uint64_t durable; /* the last batch of which some batch says so */
	struct spool_index index;
	const struct spool_offline_watch *watch; /* while it is read */
	struct spool_offline_report report;
};

#define OFFLINE_NAME_BYTES 40
void offline_segment_name(char name[OFFLINE_NAME_BYTES], uint32_t number);
/* Compares the checksums of all messages that have files of their own; tells of trouble. 0, or the
 * error that keeps it from going on. */
int offline_check_files(struct job *job, struct spool_offline *so);

#endif
