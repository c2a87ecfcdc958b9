/* Parameters: what parses formats, and that parses to the same text again. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "smtp/caps.h"
#include "smtp/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct smtp_caps all = { .set = (UINT32_C(1) << SMTP_CAP_COUNT) - 1 };

static void check_mail(struct arena *a, struct slice text)
{
	struct smtp_mail_params p;
	struct slice culprit;
	struct buf one, two;

	if (smtp_param_parse_mail(a, text, &all, &p, &culprit) != SMTP_PARAM_OK) {
		assert(culprit.n > 0);
		return;
	}
	buf_init(&one, 1 << 16);
	buf_init(&two, 1 << 16);
	smtp_param_format_mail(&one, &p, &all);
	assert(smtp_param_parse_mail(a, buf_slice(&one), &all, &p, &culprit) == SMTP_PARAM_OK);
	smtp_param_format_mail(&two, &p, &all);
	assert(slice_eq(buf_slice(&one), buf_slice(&two)));
	buf_done(&one);
	buf_done(&two);
}

static void check_rcpt(struct arena *a, struct slice text)
{
	struct smtp_rcpt_params p;
	struct slice culprit;
	struct buf one;

	if (smtp_param_parse_rcpt(a, text, &all, &p, &culprit) != SMTP_PARAM_OK) {
		assert(culprit.n > 0);
		return;
	}
	buf_init(&one, 1 << 16);
	smtp_param_format_rcpt(&one, &p, &all);
	assert(!one.failed && slice_is_ascii(buf_slice(&one)));
	for (size_t i = 0; i < one.n; i++)
		assert(one.p[i] >= ' ');
	buf_done(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;

	if (size > 4096)
		return 0;
	check_mail(&a, slice_of(data, size));
	check_rcpt(&a, slice_of(data, size));
	arena_reset(&a);
	return 0;
}
