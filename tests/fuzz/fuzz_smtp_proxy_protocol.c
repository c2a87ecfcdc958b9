/* Headers of the PROXY protocol: the answer never changes when more bytes come, a header is never
 * longer than its limit, and what was read is read again from what we write of it. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "smtp/proxy_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_prefixes(struct slice in, size_t used)
{
	for (size_t n = 0; n < used; n++) {
		struct smtp_proxy p;
		const char *why;
		size_t more;

		assert(smtp_proxy_read(slice_take(in, n), &more, &p, &why) == SMTP_PROXY_MORE);
		assert(smtp_proxy_wants(slice_take(in, n)) > 0);
		assert(smtp_proxy_wants(slice_take(in, n)) <= used - n);
	}
}

static void check_again(const struct smtp_proxy *p)
{
	struct smtp_proxy q;
	const char *why;
	size_t used;
	struct buf b;

	buf_init(&b, SMTP_PROXY_V2_MAX);
	smtp_proxy_write(&b, p);
	assert(smtp_proxy_read(buf_slice(&b), &used, &q, &why) == SMTP_PROXY_DONE && used == b.n);
	assert(q.is_local == p->is_local);
	if (!q.is_local) {
		assert(ip_eq(&p->client.ip, &q.client.ip) && p->client.port == q.client.port);
		assert(ip_eq(&p->server.ip, &q.server.ip) && p->server.port == q.server.port);
		assert(p->version == SMTP_PROXY_V1 || p->tls == q.tls);
	}
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	const char *why = NULL;
	struct smtp_proxy p;
	size_t used = 0;

	switch (smtp_proxy_read(in, &used, &p, &why)) {
	case SMTP_PROXY_DONE:
		assert(used <= size);
		assert(used <=
			(p.version == SMTP_PROXY_V1 ? SMTP_PROXY_V1_MAX : SMTP_PROXY_V2_MAX));
		assert(p.is_local == (p.client.ip.family == IP_NONE));
		check_prefixes(in, used);
		check_again(&p);
		break;
	case SMTP_PROXY_BROKEN:
		assert(why && used == 0);
		break;
	case SMTP_PROXY_MORE:
		assert(size < SMTP_PROXY_V2_MAX);
		break;
	}
	return 0;
}
