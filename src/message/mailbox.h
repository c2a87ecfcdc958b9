/* Address lists of From, Sender, To, ... (RFC 5322 section 3.4, with the obsolete syntax of section
 * 4.4 and the UTF-8 of RFC 6532). Made for judging whether EVERY address of a field belongs to a
 * login: in doubt the list is malformed; an address is never passed over. Pure. */
#ifndef SLUICE_MESSAGE_MAILBOX_H
#define SLUICE_MESSAGE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "smtp/path.h"

struct arena;

#define MESSAGE_MAILBOX_MAX 2000 /* mailboxes of one field */

/* One mailbox. Views into the field or the arena. */
struct message_mailbox {
	struct smtp_path path; /* its addr-spec, comments and white space gone */
	struct slice display; /* display name as written, folds and quotes included; may be empty */
	bool in_group;
};

enum message_mailbox_status {
	MESSAGE_MAILBOX_OK = 0,
	MESSAGE_MAILBOX_MALFORMED,
	MESSAGE_MAILBOX_TOO_MANY, /* over MESSAGE_MAILBOX_MAX */
};

/* value is a field's value, folds and all. *ret points at *ret_n mailboxes in the arena. An empty
 * list, and groups without members, give 0 mailboxes and OK: what that means is the caller's
 * decision (in From it is an error). */
enum message_mailbox_status message_mailbox_parse(
	struct arena *a, struct slice value, struct message_mailbox **ret, size_t *ret_n);

#endif
