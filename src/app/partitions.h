/* The partitions of a spool that is read offline. */
#ifndef SLUICE_APP_PARTITIONS_H
#define SLUICE_APP_PARTITIONS_H

#include <stddef.h>

/* Paths, in order of their numbers; the caller gives them to partitions_done. */
struct partitions {
	char **paths;
	size_t n;
};

/* path is a partition's folder, or the spool's with all of them. 0, ERR_NOTFOUND when it is
 * neither, ERR_ACCESS, ERR_IO. */
int partitions_find(const char *path, struct partitions *ret);
void partitions_done(struct partitions *p);

/* For long work: writes "WHAT: 17 %" to standard error if that is a terminal, again only when the
 * number has changed; at 100 it is wiped away. */
void partitions_progress(const char *what, unsigned done, unsigned total);

#endif
