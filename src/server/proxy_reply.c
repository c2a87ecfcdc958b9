/* A temporary no is never made permanent; a permanent one becomes temporary only where it is about
 * us and not about the mail. */
#include "server/proxy_reply.h"

#include <stdio.h>

#include "base/arena.h"

#define TEXT_MAX  1024 /* bytes of text passed on */
#define LINES_MAX 16

/* The first lines of a text. */
static struct slice first_lines(struct slice text)
{
	size_t n = 0, lines = 0;

	text = slice_take(text, TEXT_MAX);
	while (n < text.n && (text.p[n] != '\n' || ++lines < LINES_MAX))
		n++;
	return slice_take(text, n);
}

bool proxy_reply_is_about_us(const struct smtp_reply *said)
{
	switch (said->code) {
	case 421:
	case 530:
	case 534:
	case 535:
	case 538:
		return true;
	default:
		return false;
	}
}

void proxy_reply_pass(
	struct arena *a, const struct smtp_reply *said, const char *detail, struct smtp_reply *ret)
{
	struct slice text = arena_dup(a, first_lines(smtp_reply_text(said)));
	unsigned class = said->code / 100U;
	char enhanced[16];

	if (proxy_reply_is_about_us(said)) {
		smtp_reply_set(ret, 451, said->code == 421 ? "4.3.2" : "4.3.5",
			said->code == 421
				? "The server behind us is closing; try again later"
				: "The server behind us does not let us in; try again later");
		return;
	}
	snprintf(enhanced, sizeof(enhanced), "%u.%s", class, detail);
	smtp_reply_set_text(ret, said->code, enhanced, text);
	if (said->status.class == class)
		ret->status = said->status;
}

void proxy_reply_pass_verdict(
	struct arena *a, const struct smtp_reply *said, struct smtp_reply *ret)
{
	proxy_reply_pass(a, said, "0.0", ret);
	if (smtp_reply_is_positive(ret))
		ret->code = 250;
}

void proxy_reply_soften(struct smtp_reply *reply)
{
	static const struct {
		uint16_t hard, soft;
	} same[] = { { 550, 450 }, { 552, 452 } };
	uint16_t soft = 451;

	if (reply->code < 500)
		return;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (same[i].hard == reply->code)
			soft = same[i].soft;
	reply->code = soft;
	reply->status.class = 4;
}
