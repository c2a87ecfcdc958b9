/* RDATA of any bytes; the first byte chooses the type. A record is refused or its text is bounded and
 * without upper case in names. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rt/linux/dns_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA,
		DNS_TLSA };
	struct arena arena = ARENA_INIT;
	struct dns_record r;

	if (size == 0)
		return 0;
	if (dns_record_read(slice_of(data + 1, size - 1), types[data[0] % 7], &arena, &r)) {
		assert(r.name.n <= 4 * 255);
		for (size_t i = 0; i < r.name.n; i++)
			assert(r.name.p[i] < 'A' || r.name.p[i] > 'Z');
		assert(r.data.n <= size);
		assert(data[0] % 7 != 0 || r.ip.family == IP_V4);
	}
	arena_reset(&arena);
	return 0;
}
