/* Where the workers live: the user that they run as, and the folder of the spool. Prepared by the
 * supervisor with the rights that it was started with. Blocks. */
#ifndef SLUICE_APP_HOME_H
#define SLUICE_APP_HOME_H

#include <stdbool.h>

#include "rt/process.h"
#include "spool/spool.h"

struct buf;
struct config;
struct dir;

struct home {
	bool changes_user; /* started as root */
	struct process_user user; /* when so */
	struct dir *spool;
	bool partition[SPOOL_PARTITION_MAX + 1]; /* found on disk */
};

/* Partitions that are left of workers who are no more: below `end`, not a worker's own. Behind the
 * workers they get the numbers from `workers` on where people ask for the queue. */
unsigned home_left_over(const struct home *h, unsigned workers, unsigned end);

/* Finds the user, makes and opens the folder, looks which partitions it has. EX_OK, or the exit
 * status with a sentence in why. */
int home_open(struct home *h, const struct config *config, struct buf *why);
/* In a child: the spool becomes the working folder and the rights are given up. False when that
 * fails. */
bool home_enter(const struct home *h);

#endif
