/* libidn2's work behind two calls. An address with an ASCII local part loses nothing when its
 * domain is written in A-labels, and then needs no SMTPUTF8 (RFC 6531 section 3.2). */
#include "nexthop/alabel.h"

#include <idn2.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "smtp/domain.h"

/* The library maps compatible forms first (full-width letters, and also full-width signs), and
 * looks at bytes up to a NUL: what comes back must be a domain, since it is said in commands. */
bool nexthop_alabel_domain(struct arena *a, struct slice domain, struct slice *ret)
{
	char *ascii;

	if (slice_is_ascii(domain)) {
		*ret = domain;
		return true;
	}
	if (slice_find(domain, '\0') < domain.n ||
		idn2_to_ascii_8z(arena_strdup(a, domain), &ascii,
			IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return false;
	bool valid = smtp_domain_valid(slice_str(ascii), false);

	if (valid)
		*ret = arena_dup(a, slice_str(ascii));
	idn2_free(ascii);
	return valid;
}

struct slice nexthop_alabel_mailbox(struct arena *a, struct slice mailbox)
{
	size_t at = slice_rfind(mailbox, '@');
	struct slice domain;

	if (slice_is_ascii(mailbox) || at == mailbox.n ||
		!slice_is_ascii(slice_take(mailbox, at)) ||
		!nexthop_alabel_domain(a, slice_skip(mailbox, at + 1), &domain))
		return mailbox;
	return slice_str(arena_printf(
		a, "%.*s@%.*s", SLICE_ARG(slice_take(mailbox, at)), SLICE_ARG(domain)));
}
