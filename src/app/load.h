/* Reading the configuration and the files that it names. Blocks: before the loop, or in a process
 * that has none. */
#ifndef SLUICE_APP_LOAD_H
#define SLUICE_APP_LOAD_H

#include "base/slice.h"

struct auth_users;
struct buf;
struct config;
struct record;
struct tls_server;

/* Reads a whole file, path relative to the working folder. 0, or a negative enum err_code. ret has
 * its maximum from the caller. */
int load_file(const char *path, struct buf *ret);
/* Puts a file in the place of another, whole and durable. 0, or a negative enum err_code. */
int load_replace(const char *path, struct slice text, unsigned mode);
/* Reads, checks; problems and warnings are appended to *ret_text, a line each. 0 and one reference,
 * or ERR_INVALID. */
int load_config(const char *path, struct buf *ret_text, const struct config **ret);
/* The same, but a file named in the configuration that may not be read counts as one with a line
 * "unreadable"; its name is appended to *ret_unread, with a newline. */
int load_config_readable(
	const char *path, struct buf *ret_unread, struct buf *ret_text, const struct config **ret);
/* The same as load_config, and keeps what was read. */
int load_config_recorded(
	const char *path, struct record *record, struct buf *ret_text, const struct config **ret);
/* The users of all files, or NULL when none is configured. ERR_INVALID with the sentence in why. */
int load_users(const struct config *config, struct buf *why, struct auth_users **ret);
/* The certificates, or NULL when none is configured. */
int load_tls(const struct config *config, struct buf *why, struct tls_server **ret);
/* Tries what stands in the named files: users, certificates, authorities. ERR_INVALID or ERR_TLS
 * with the sentence in why. */
int load_check(const struct config *config, struct buf *why);

#endif
