/* Small values as text: addresses, networks, times, base64, queue ids, UTF-8. What is taken is
 * written and taken again as the same; what is written for people holds no control character. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ip.h"
#include "base/text.h"
#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_addresses(struct slice text)
{
	struct ip_port at, at_again;
	struct ip_net net, net_again;
	struct ip ip, ip_again;
	struct buf b;

	buf_init(&b, 100);
	if (ip_parse(text, &ip)) {
		ip_format(&b, &ip);
		assert(ip_parse(buf_slice(&b), &ip_again) && ip_eq(&ip, &ip_again));
		buf_clear(&b);
	}
	if (ip_port_parse(text, &at)) {
		ip_port_format(&b, &at);
		assert(ip_port_parse(buf_slice(&b), &at_again) && at.port == at_again.port);
		assert(at.ip.family == IP_NONE || ip_eq(&at.ip, &at_again.ip));
		buf_clear(&b);
	}
	if (ip_net_parse(text, &net)) {
		ip_net_format(&b, &net);
		assert(ip_net_parse(buf_slice(&b), &net_again) && net.bits == net_again.bits);
		assert(ip_in_net(&net.ip, &net_again));
		buf_clear(&b);
	}
	assert(!b.failed);
	buf_done(&b);
}

static void check_time(struct slice text)
{
	usec_t t, again;
	struct buf b;

	buf_init(&b, 100);
	if (time_parse(text, &t)) {
		assert(t >= 0);
		time_format(&b, t);
		assert(time_parse(buf_slice(&b), &again) && again == t);
	}
	buf_done(&b);
}

static void check_text(struct slice text)
{
	struct buf b, again;
	char id[TEXT_ID_CHARS];
	uint64_t n, n_again;

	buf_init(&b, 1 << 20);
	buf_init(&again, 1 << 20);
	if (text_base64_decode(&b, text)) {
		text_base64(&again, buf_slice(&b));
		assert(slice_eq(buf_slice(&again), text));
	} else {
		assert(b.n == 0);
	}
	if (text_id_parse(text, &n)) {
		text_id(n, id);
		assert(text_id_parse(slice_of(id, sizeof(id)), &n_again) && n == n_again);
	}
	buf_clear(&b);
	text_escape(&b, text, 200);
	for (size_t i = 0; i < b.n; i++)
		assert(b.p[i] >= ' ' && b.p[i] < 0x7f);
	assert(!slice_is_ascii(text) || text_is_utf8(text));
	buf_done(&b);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);

	check_addresses(text);
	check_time(text);
	check_text(text);
	return 0;
}
