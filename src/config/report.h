/* What is wrong with a configuration: up to CONFIG_PROBLEMS problems with their places. Pure. */
#ifndef SLUICE_CONFIG_REPORT_H
#define SLUICE_CONFIG_REPORT_H

#include <stddef.h>

#include "base/arena.h"

struct buf;
struct config_node;

#define CONFIG_PROBLEMS 20

struct config_problem {
	unsigned line, column; /* from 1; 0 when the problem has no place */
	int warning; /* 1: the configuration may be used all the same */
	const char *text; /* "what is wrong; what was expected; did you mean ..." */
};

struct config_report {
	struct config_problem v[CONFIG_PROBLEMS];
	size_t n; /* entries of v */
	size_t errors; /* all of them, also those for which v had no room */
	size_t dropped; /* problems for which v had no room */
	struct arena arena; /* owns the texts */
};

void config_report_init(struct config_report *r);
void config_report_done(struct config_report *r);
/* An error (a warning) at the node; node may be NULL. */
void config_report_error(struct config_report *r, const struct config_node *at, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));
void config_report_warning(struct config_report *r, const struct config_node *at, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));
/* As config_report_error, for a place that is no node. */
void config_report_error_at(struct config_report *r, unsigned line, unsigned column,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Appends one line a problem, "FILE:LINE:COLUMN: text". */
void config_report_write(const struct config_report *r, const char *file, struct buf *ret);

#endif
