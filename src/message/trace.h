/* Trace fields: Received and Return-Path (RFC 5321 section 4.4), and counting hops (section 6.3).
 * Pure. */
#ifndef SLUICE_MESSAGE_TRACE_H
#define SLUICE_MESSAGE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

struct buf;
struct smtp_path;

#define MESSAGE_TRACE_HOPS_MAX 100 /* RFC 5321 section 6.3; the default of the option */

/* What one Received field says. Views; nothing is owned. Peer-supplied text is made safe. */
struct message_trace {
	struct slice helo; /* what the client called itself; may be empty */
	struct slice rdns; /* its verified name; may be empty */
	struct ip ip; /* of the client; IP_NONE: unknown, or without helo local submission */
	struct slice by; /* our host name */
	bool esmtp; /* EHLO, not HELO */
	bool lmtp;
	bool tls;
	bool authenticated;
	bool smtputf8; /* RFC 6531 section 4.3 */
	struct slice
		tls_text; /* "TLSv1.3 cipher TLS_AES_256_GCM_SHA384", as a comment; may be empty */
	struct slice id; /* queue id */
	const struct smtp_path *only_rcpt; /* set it only where the message has one recipient */
	usec_t when; /* wall clock */
};

/* Appends the field with its CRLFs:
 *   Received: from HELO (RDNS [IP])
 *   	(TLS)
 *   	by BY with ESMTPSA id ID
 *   	for <RCPT>;
 *   	DATE */
void message_trace_received(struct buf *b, const struct message_trace *t);
/* Appends "Return-Path: <a@b>\r\n". Only at final delivery. */
void message_trace_return_path(struct buf *b, const struct smtp_path *reverse_path);
/* "ESMTPSA", "UTF8SMTPS", "LMTP", ... (RFC 3848, RFC 6531 section 4.3). Static text. */
const char *message_trace_protocol(const struct message_trace *t);
/* Received fields in a header block. */
size_t message_trace_hops(struct slice block);

#endif
