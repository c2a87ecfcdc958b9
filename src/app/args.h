/* Command lines: options anywhere among the words, subcommands from a table, and how a command
 * complains. */
#ifndef SLUICE_APP_ARGS_H
#define SLUICE_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* The values of an option that may stand there several times, in order. */
struct args_values {
	const char **v; /* of the caller */
	size_t n, room;
};

/* One option: with a value ("-c FILE", "--file FILE", "--file=FILE") or a plain flag. Given twice,
 * the last one counts, unless it has a list. */
struct args_option {
	const char *name; /* "--file" */
	const char **value; /* NULL for a flag */
	bool *flag; /* NULL for an option with a value */
	struct args_values *values; /* in the place of `value` */
};

/* Takes the options out of argv[1..argc) and leaves the other words, in order, at argv[1..]. What
 * follows "--" is words. The words left must number min to max. False when something is wrong: the
 * sentence has then been printed. who: "queue list". */
bool args_parse(const char *who, const struct args_option *options, size_t n, int min, int max,
	int *argc, char **argv);

struct args_command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is its name */
	const char *usage; /* what follows the name: "--file FILE NAME" */
	const char *help; /* sentences */
};

/* Runs the subcommand that argv[1] names; answers --help for itself and for each subcommand.
 * intro: one sentence. Returns an exit status. */
int args_dispatch(const char *who, const char *intro, const struct args_command *commands, size_t n,
	int argc, char **argv);

/* Prints "sluice WHO: SENTENCE" to standard error and returns the status. */
int args_fail(int status, const char *who, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
