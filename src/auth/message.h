/* The clients' first messages of PLAIN and SCRAM, read before any library sees them. Pure. */
#ifndef SLUICE_AUTH_MESSAGE_H
#define SLUICE_AUTH_MESSAGE_H

#include "base/slice.h"

struct buf;

/* RFC 4616 section 2. Slices point into the message. */
struct auth_plain {
	struct slice authzid; /* may be empty */
	struct slice authcid;
	struct slice password;
};

/* ERR_INVALID unless it is [authzid] NUL authcid NUL passwd with an authcid of 1 to AUTH_NAME_MAX
 * and a password of 1 to AUTH_PASSWORD_MAX bytes. */
int auth_message_plain(struct slice message, struct auth_plain *ret);

enum auth_gs2 {
	AUTH_GS2_NONE, /* "n": the client has no channel binding */
	AUTH_GS2_UNSEEN, /* "y": it has, but saw no -PLUS */
	AUTH_GS2_BOUND, /* "p": it uses one */
};

/* RFC 5802 section 7, client-first-message. */
struct auth_scram_first {
	enum auth_gs2 gs2;
	struct slice binding; /* "tls-exporter"; for BOUND */
	struct slice authzid; /* still encoded; may be empty */
	struct slice name; /* still encoded */
};

/* ERR_INVALID for what is no client-first-message; ERR_UNSUPPORTED when it demands an extension. */
int auth_message_scram_first(struct slice message, struct auth_scram_first *ret);
/* Appends a saslname with "=2C" and "=3D" decoded. ERR_INVALID for other uses of "=" and when it is
 * empty or over AUTH_NAME_MAX. */
int auth_message_saslname(struct slice encoded, struct buf *ret);

/* RFC 5802 section 7, server-first-message, as a client must judge it: the number of rounds. 0 or
 * ERR_INVALID. */
int auth_message_scram_rounds(struct slice message, uint64_t *ret);

#endif
