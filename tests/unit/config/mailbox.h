/* A parsed address for the tests of route and permission, without the parser: what they are asked
 * about is what the parser would give. */
#ifndef SLUICE_TESTS_CONFIG_MAILBOX_H
#define SLUICE_TESTS_CONFIG_MAILBOX_H

#include "base/ip.h"
#include "smtp/path.h"

/* "" is the null path; the text behind the last '@' is the domain; no quotes are understood. */
static inline struct smtp_path mailbox(const char *text)
{
	struct slice s = slice_str(text);
	size_t at = slice_rfind(s, '@');
	struct smtp_path p = {
		.raw = s,
		.local = slice_take(s, at),
		.domain = slice_skip(s, at + 1),
		.is_null = s.n == 0,
	};

	p.is_literal = p.domain.n && p.domain.p[0] == '[';
	if (p.is_literal)
		ip_parse(slice_of(p.domain.p + 1, p.domain.n - 2), &p.literal);
	return p;
}

#endif
