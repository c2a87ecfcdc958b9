/* Failed log-ins by address and by user name: who fails often is answered later and later, and
 * from some number on not tried at all. Clients that logged in well before are remembered, so
 * that others behind their address do not lock them out. Pure: the caller says what time it is. */
#ifndef SLUICE_AUTH_THROTTLE_H
#define SLUICE_AUTH_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

/* Two tables of so many entries of 24 bytes; when the four places of a hash are taken, the entry
 * touched longest ago leaves. */
#define AUTH_THROTTLE_ENTRIES 8192
/* One failure is forgiven in this time. */
#define AUTH_THROTTLE_FORGIVE USEC_PER_MIN
/* How long a good log-in of a user from an address is remembered. */
#define AUTH_THROTTLE_KNOWN (24 * USEC_PER_HOUR)

/* What is usual. */
#define AUTH_THROTTLE_REFUSE_AFTER 20
#define AUTH_THROTTLE_DELAY_MAX	   (30 * USEC_PER_SEC)

struct auth_throttle;

/* How a log-in ranks among those that wait for verification. */
enum auth_rank {
	AUTH_RANK_KNOWN, /* this user logged in from this address within a day */
	AUTH_RANK_NEW,
	AUTH_RANK_SUSPECT, /* its address or user failed some times lately */
	AUTH_RANK_REFUSED, /* too often: do not try */
	AUTH_RANKS
};

/* The key comes from rt's random bytes: peers choose what is stored. */
struct auth_throttle *auth_throttle_new(
	struct hash_key key, unsigned refuse_after, usec_t delay_max);
void auth_throttle_free(struct auth_throttle *t); /* NULL is fine */
/* The same in zeroed memory of auth_throttle_bytes(), which several processes may share; it is not
 * freed. Two that count the same at the same moment may lose one count. */
size_t auth_throttle_bytes(void);
struct auth_throttle *auth_throttle_init(
	void *memory, struct hash_key key, unsigned refuse_after, usec_t delay_max);
/* IPv6 addresses count by their /64, since a host has all of it. name: of the file, or as given. */
enum auth_rank auth_throttle_rank(
	const struct auth_throttle *t, const struct ip *ip, struct slice name, usec_t now);
/* Counts a failure and returns how long its answer shall be delayed: 1 s, 2 s, 4 s ... by the
 * failures of the address or of the user, whichever is more. */
usec_t auth_throttle_failed(
	struct auth_throttle *t, const struct ip *ip, struct slice name, usec_t now);
void auth_throttle_succeeded(
	struct auth_throttle *t, const struct ip *ip, struct slice name, usec_t now);
/* The address alone: true while it is over the limit. */
bool auth_throttle_refuses(const struct auth_throttle *t, const struct ip *ip, usec_t now);

#endif
