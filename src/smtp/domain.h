/* Domain names and address literals as mail writes them (RFC 5321 sections 2.3.5, 4.1.3; RFC 6531
 * section 3.2). Pure. */
#ifndef SLUICE_SMTP_DOMAIN_H
#define SLUICE_SMTP_DOMAIN_H

#include <stdbool.h>

#include "base/ip.h"
#include "base/slice.h"

#define SMTP_DOMAIN_MAX	      255 /* octets, RFC 5321 section 4.5.3.1.2 */
#define SMTP_DOMAIN_LABEL_MAX 63 /* octets, RFC 1035 section 2.3.4 */

/* Labels of letters, digits, hyphen (not at either end) and underscore (not in the RFC, but in
 * DNS), joined by single dots, no dot at the end. utf8: labels may also hold well-formed UTF-8. */
bool smtp_domain_valid(struct slice s, bool utf8);
/* Same domain? ASCII case is ignored; bytes over 127 compare as they are. */
static inline bool smtp_domain_eq(struct slice a, struct slice b)
{
	return slice_eq_nocase(a, b);
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]", "[tag:text]", brackets included. *ret is the address, or of
 * family IP_NONE for a general literal. */
bool smtp_domain_literal(struct slice s, struct ip *ret);

#endif
