/* Passwords verified a short while ago, so that a client that logs in for every message costs one
 * verification, not one each. Kept are keyed digests only, for one address each. Pure: the caller
 * says what time it is. */
#ifndef SLUICE_AUTH_VERIFIED_H
#define SLUICE_AUTH_VERIFIED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

/* When the four places of a digest are taken, the oldest leaves. */
#define AUTH_VERIFIED_ENTRIES 1024

struct auth_verified;

/* key: 32 unpredictable bytes. */
struct auth_verified *auth_verified_new(const uint8_t key[32], usec_t life);
void auth_verified_free(struct auth_verified *v); /* wipes; NULL is fine */
/* Is remembered, and not for longer than the life. */
bool auth_verified_has(const struct auth_verified *v, const struct ip *ip, struct slice name,
	struct slice password, usec_t now);
void auth_verified_add(struct auth_verified *v, const struct ip *ip, struct slice name,
	struct slice password, usec_t now);
/* Forgets all: the users changed. */
void auth_verified_clear(struct auth_verified *v);

#endif
