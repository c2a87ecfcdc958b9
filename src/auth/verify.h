/* Verifying passwords on offload threads, behind the queue of auth/turn.h. */
#ifndef SLUICE_AUTH_VERIFY_H
#define SLUICE_AUTH_VERIFY_H

#include "auth/mech.h"
#include "auth/throttle.h"
#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

struct auth_secret;
struct auth_verify;
struct ctx;

struct auth_verify *auth_verify_new(unsigned threads, unsigned waiting_max, usec_t wait_max);
/* No verification may be waiting. NULL is fine. */
void auth_verify_free(struct auth_verify *v);
/* Suspends until the password was tried. AUTH_OK, AUTH_WRONG, AUTH_BUSY (the queue), AUTH_FAULT.
 * raw and prepared (after SASLprep) have at most AUTH_PASSWORD_MAX bytes; all is copied. Fails as
 * ctx_check. */
int auth_verify_password(struct ctx *ctx, struct auth_verify *v, enum auth_rank rank,
	const struct ip *ip, const struct auth_secret *secret, struct slice raw,
	struct slice prepared, enum auth_outcome *ret);

#endif
