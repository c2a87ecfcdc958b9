/* Private to rt's TLS: what went wrong, in words for a log line or the reason of a deferral. Names
 * out of certificates are the peer's and are escaped. Pure. */
#ifndef SLUICE_RT_TLS_WHY_H
#define SLUICE_RT_TLS_WHY_H

#include <openssl/types.h>

#include "base/slice.h"

struct buf;

/* Longest sentence. */
#define TLS_WHY_MAX 400

/* Appends a sentence about the oldest error in the library's queue (or `otherwise` when there is
 * none) and empties the queue. */
void tls_why_queue(struct buf *b, const char *otherwise);
/* Appends "certificate expired on 2026-01-02" and the like for an error of verification: code is
 * X509_V_ERR_..., cert the one it is about (may be NULL), name what we wanted to reach. */
void tls_why_certificate(struct buf *b, int code, const X509 *cert, int depth, struct slice name);

#endif
