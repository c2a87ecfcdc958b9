/* The file of users: one line each, `name:SECRET[:senders]`. SECRET is
 * `{SCRAM-SHA-256}rounds,salt,stored,server` (salt and keys in base64) or a string of crypt(3). A
 * `!` before SECRET disables the user. senders is a list of address patterns, separated by commas.
 * Empty lines and lines that begin with '#' are comments. Pure. */
#ifndef SLUICE_AUTH_USERS_H
#define SLUICE_AUTH_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/secret.h"
#include "base/slice.h"

struct buf;

/* What the file may hold. */
#define AUTH_USERS_FILE_MAX ((size_t)64 * 1024 * 1024)
#define AUTH_USERS_LINE_MAX 8192

/* One user; belongs to its auth_users. */
struct auth_user {
	struct slice name; /* as in the file, after SASLprep; terminated */
	bool disabled;
	struct auth_secret secret;
	struct slice senders; /* the third field as written; empty when missing */
};

/* A parsed file; never changes; counted references, so that a session keeps the one it began with.
 * Wiped when the last reference goes. */
struct auth_users;

/* Parses a whole file. ERR_INVALID (or ERR_LIMIT) with "NAME:LINE: what is wrong" appended to *why;
 * `file` is the name to show. Two lines for one user are an error. */
int auth_users_parse(struct slice text, const char *file, struct buf *why, struct auth_users **ret);
struct auth_users *auth_users_ref(struct auth_users *u);
void auth_users_unref(struct auth_users *u); /* NULL is fine */

/* NULL when there is none. Names are compared after SASLprep and without regard to ASCII case:
 * people type the case of an address as they like. Disabled users are found too. */
const struct auth_user *auth_users_find(const struct auth_users *u, struct slice name);
size_t auth_users_count(const struct auth_users *u);
/* In the order of the file; i < count. */
const struct auth_user *auth_users_at(const struct auth_users *u, size_t i);
/* SCRAM is offered when this is true. */
bool auth_users_have_scram(const struct auth_users *u);

/* May this user send as `address` (local@domain, no brackets)? By its patterns ('*' and '?', case
 * ignored); without patterns only as itself, if the login is an address. The null reverse-path is
 * the session's affair. */
bool auth_user_may_send(const struct auth_user *user, struct slice address);
/* True when auth_user_may_send can be true at all: a login that is no address needs senders. */
bool auth_user_has_senders(const struct auth_user *user);

#endif
