/* What a server keeps of a password, in the two forms of the file of users, and the slow arithmetic
 * behind both. */
#ifndef SLUICE_AUTH_SECRET_H
#define SLUICE_AUTH_SECRET_H

#include <stdint.h>

#include "base/slice.h"

struct buf;
struct job;

#define AUTH_SALT_MIN	    8 /* bytes */
#define AUTH_SALT_MAX	    64
#define AUTH_SALT_DEFAULT   16 /* what new secrets get, and what unknown users seem to have */
#define AUTH_KEY_BYTES	    32 /* SHA-256 */
#define AUTH_ROUNDS_MIN	    4096 /* RFC 7677 section 4 */
#define AUTH_ROUNDS_MAX	    100000
#define AUTH_ROUNDS_DEFAULT 10000
#define AUTH_CRYPT_MAX	    256 /* longest string of crypt(3) */

/* RFC 5802 section 3. */
struct auth_scram {
	unsigned rounds;
	size_t salt_n;
	uint8_t salt[AUTH_SALT_MAX];
	uint8_t stored[AUTH_KEY_BYTES], server[AUTH_KEY_BYTES];
};

enum auth_secret_kind { AUTH_SECRET_SCRAM, AUTH_SECRET_CRYPT };

/* A plain value; whoever holds one wipes it. */
struct auth_secret {
	enum auth_secret_kind kind;
	union {
		struct auth_scram scram;
		char crypt[AUTH_CRYPT_MAX + 1]; /* terminated */
	};
};

/* Reads the SECRET of a line: "{SCRAM-SHA-256}rounds,salt,stored,server" or "$y$...". ERR_INVALID
 * with a static reason in *ret_why. Pure. */
int auth_secret_parse(struct slice text, struct auth_secret *ret, const char **ret_why);
/* Appends "{SCRAM-SHA-256}10000,salt,stored,server". Pure. */
void auth_secret_format_scram(struct buf *b, const struct auth_scram *s);

/* Prepares a name or password by SASLprep (RFC 4013) and appends it to ret; unassigned code points
 * are allowed, as in queries. ERR_INVALID when it is empty, holds NUL or what the profile forbids,
 * or is no UTF-8. Pure. */
int auth_secret_prepare(struct slice in, struct buf *ret);

/* Derives what a server keeps from a prepared password; burns some 0.2 ms for each thousand rounds.
 * salt.n <= AUTH_SALT_MAX. ERR_LIMIT when the library is out of memory. */
int auth_secret_derive(struct job *job, struct slice password, struct slice salt, unsigned rounds,
	struct auth_scram *ret);
/* Is this the password? For SCRAM `prepared` is compared, for crypt(3) the raw bytes. 0 when it is,
 * ERR_AUTH when not, ERR_LIMIT when the library is out of memory, ERR_UNSUPPORTED when crypt(3)
 * does not know the method. */
int auth_secret_check(
	struct job *job, const struct auth_secret *secret, struct slice raw, struct slice prepared);

#endif
