/* A configuration as bytes: its text and the content of every file that it names, so that a process
 * without rights to the files can load it again. Holds secrets. Pure. */
#ifndef SLUICE_APP_RECORD_H
#define SLUICE_APP_RECORD_H

#include "base/buf.h"
#include "base/slice.h"

struct config;
struct config_report;

/* The largest record. */
#define RECORD_MAX ((size_t)256 << 20)

/* Being written: first path, host name and text, then a pair for each file. */
struct record {
	struct buf bytes;
};

void record_init(struct record *r);
/* Wipes. */
void record_done(struct record *r);
void record_begin(struct record *r, const char *path, struct slice host, struct slice text);
void record_add_file(struct record *r, const char *path, struct slice content);

/* Loads the configuration from a record's bytes as config_load does. ERR_INVALID also when they are
 * no record. */
int record_load(struct slice bytes, struct config_report *report, const struct config **ret);

#endif
