/* Domains and mailboxes in A-labels: ASCII, the same when asked again, and never longer than a
 * domain may be. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "nexthop/alabel.h"
#include "smtp/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size), domain, again;
	struct arena arena = ARENA_INIT;

	if (nexthop_alabel_domain(&arena, text, &domain)) {
		assert(slice_is_ascii(domain));
		assert(domain.n > 0 || text.n == 0);
		assert(!smtp_domain_valid(text, true) || smtp_domain_valid(domain, false));
		assert(nexthop_alabel_domain(&arena, domain, &again) && slice_eq(again, domain));
	}
	struct slice mailbox = nexthop_alabel_mailbox(&arena, text);

	assert(slice_is_ascii(mailbox) || slice_eq(mailbox, text));
	arena_reset(&arena);
	return 0;
}
