/* Rewriting the text of a file of users, for `sluice user`. Pure. */
#ifndef SLUICE_AUTH_USERFILE_H
#define SLUICE_AUTH_USERFILE_H

#include "base/slice.h"

struct auth_scram;
struct buf;

enum auth_userfile_edit {
	AUTH_USERFILE_SET, /* adds the user, or gives it a new secret and enables it */
	AUTH_USERFILE_REMOVE, /* ERR_NOTFOUND when there is none */
	AUTH_USERFILE_DISABLE, /* puts the '!'; ERR_NOTFOUND */
	AUTH_USERFILE_ENABLE, /* takes it away; ERR_NOTFOUND */
};

/* Appends the new text to ret (which the caller wipes: buf_done_secret); other lines, comments
 * included, stay as they are. secret: for SET, else NULL. senders: for SET; empty keeps what the
 * user had. ERR_INVALID with a sentence appended to why for a name or pattern that cannot stand in
 * the file, ERR_LIMIT when ret is too small. */
int auth_userfile_rewrite(struct slice text, enum auth_userfile_edit edit, struct slice name,
	const struct auth_scram *secret, struct slice senders, struct buf *why, struct buf *ret);

#endif
