/* Mailboxes, reverse-paths and forward-paths (RFC 5321 sections 4.1.2 and 4.1.3, RFC 6531 section
 * 3.3). Pure. */
#ifndef SLUICE_SMTP_PATH_H
#define SLUICE_SMTP_PATH_H

#include <stdbool.h>

#include "base/ip.h"
#include "base/slice.h"

struct arena;
struct buf;

/* Octets, RFC 5321 sections 4.5.3.1.1 and 4.5.3.1.3 (the path with its brackets). */
#define SMTP_PATH_LOCAL_MAX 64
#define SMTP_PATH_MAX	    256

/* One address. Views: into the parsed text, into the arena where a quoted local part had to be
 * decoded, or wherever smtp_path_dup put them. A zeroed struct is not an address (is_null is
 * false and local is empty). */
struct smtp_path {
	struct slice local; /* decoded: quotes and backslashes are gone */
	struct slice domain; /* as written, brackets of a literal included; none for <postmaster> */
	struct slice raw; /* the mailbox as written, without brackets and source route */
	struct ip literal; /* of an address literal; IP_NONE for a general one */
	bool is_null; /* <> */
	bool is_literal; /* domain is an address literal */
	bool is_quoted; /* the canonical form of the local part needs quotes */
	bool is_utf8; /* a byte over 127 stands in it: needs SMTPUTF8 */
	bool has_source_route; /* <@a,@b:local@domain>; the route was checked and dropped */
};

enum smtp_path_error {
	SMTP_PATH_OK = 0,
	SMTP_PATH_SYNTAX,
	SMTP_PATH_NO_DOMAIN, /* a local part alone, not <postmaster> */
	SMTP_PATH_NULL, /* <> where it is not allowed */
	SMTP_PATH_LOCAL_TOO_LONG,
	SMTP_PATH_DOMAIN_TOO_LONG,
	SMTP_PATH_TOO_LONG,
	SMTP_PATH_BAD_DOMAIN,
	SMTP_PATH_BAD_LITERAL,
	SMTP_PATH_BAD_UTF8,
};

enum smtp_path_flag {
	SMTP_PATH_MAY_BE_NULL = 1, /* a reverse-path */
	SMTP_PATH_MAY_BE_POSTMASTER = 2, /* a forward-path: <postmaster> without domain */
};

/* text is the whole path, "<" to ">". UTF-8 is always taken and told by is_utf8: whether SMTPUTF8
 * was asked for is known only later. Takes memory only to decode a quoted local part. */
enum smtp_path_error smtp_path_parse(
	struct arena *a, struct slice text, unsigned flags, struct smtp_path *ret);
/* The same for a mailbox without brackets: "local@domain". Needs a domain. */
enum smtp_path_error smtp_path_parse_mailbox(
	struct arena *a, struct slice text, struct smtp_path *ret);
/* Length of the path at the start of text, "<" to ">" (a ">" inside quotes or
 * a literal does not end it), or 0 when there is none. */
size_t smtp_path_span(struct slice text);
/* A sentence's end: "the local part is longer than 64 octets". "" for OK. */
const char *smtp_path_error_text(enum smtp_path_error error);

/* Appends "<local@domain>" in canonical form: quotes only where needed. Parsing it gives the same
 * local part, domain and flags. */
void smtp_path_format(struct buf *b, const struct smtp_path *path);
/* The same without brackets; nothing for the null path. */
void smtp_path_format_mailbox(struct buf *b, const struct smtp_path *path);
/* A copy whose views all live in the arena. */
void smtp_path_dup(struct arena *a, const struct smtp_path *path, struct smtp_path *ret);
/* Local parts are compared octet by octet, domains without regard to ASCII case. */
bool smtp_path_eq(const struct smtp_path *a, const struct smtp_path *b);

#endif
