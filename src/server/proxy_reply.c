/* A temporary no is never made permanent; a permanent one becomes temporary only where it is about
 * us and not about the mail. */
#include "server/proxy_reply.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"

/* ---- the text ---- */

struct slice proxy_reply_cut(struct slice text)
{
	struct slice all = text;
	size_t n = 0, lines = 0;

	text = slice_take(text, PROXY_REPLY_TEXT_MAX);
	while (n < text.n && (text.p[n] != '\n' || ++lines < PROXY_REPLY_LINES_MAX))
		n++;
	for (size_t back = 0; n < all.n && back < 3 && n > 0; back++, n--)
		if (((unsigned char)all.p[n] & 0xc0) != 0x80)
			break;
	return slice_take(text, n);
}

static bool is_of_name(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

/* A name does not begin within another one, nor behind the '@' of an address; an IPv6 address not
 * within a longer one. */
static bool may_begin(struct slice text, size_t at, bool six)
{
	struct slice before = slice_take(text, at);
	char last = at ? text.p[at - 1] : ' ';

	if (six && last == ':')
		return slice_ends_nocase(before, S("IPv6:"));
	return !is_of_name(last) && last != '.' && last != '@';
}

static bool may_end(struct slice rest, bool six)
{
	char c = rest.n ? rest.p[0] : ' ', next = rest.n > 1 ? rest.p[1] : ' ';

	if (is_of_name(c) || (six && c == ':' && rest.n > 1 && (next == ':' || is_of_name(next))))
		return false;
	return c != '.' || !is_of_name(next);
}

/* Bytes of the longest hidden one that stands there; 0: none does. */
static size_t hidden_at(const struct proxy_reply_rules *rules, struct slice text, size_t at)
{
	struct slice rest = slice_skip(text, at);
	size_t longest = 0;

	for (size_t i = 0; i < rules->hidden_n; i++) {
		struct slice name = rules->hidden[i];
		bool six = slice_find(name, ':') < name.n;

		if (name.n > longest && slice_starts_nocase(rest, name) &&
			may_begin(text, at, six) && may_end(slice_skip(rest, name.n), six))
			longest = name.n;
	}
	return longest;
}

static struct slice hide(struct arena *a, const struct proxy_reply_rules *rules, struct slice text)
{
	struct buf b;

	if (rules->hidden_n == 0)
		return text;
	buf_init(&b, (text.n + 1) * (rules->instead.n + 1));
	for (size_t i = 0; i < text.n;) {
		size_t n = hidden_at(rules, text, i);

		buf_put(&b, n ? rules->instead : slice_take(slice_skip(text, i), 1));
		i += n ? n : 1;
	}
	struct slice clean = arena_dup(a, proxy_reply_cut(buf_slice(&b)));

	buf_done(&b);
	return clean;
}

/* ---- replies ---- */

/* An address that the client could not read is none. */
static void forget_address(struct smtp_reply *reply)
{
	if (reply->code != 251 && reply->code != 551)
		return;
	reply->code--;
	if (reply->code == 550)
		reply->status = (struct smtp_status){ 5, 6, 8 };
}

void proxy_reply_pass(struct arena *a, const struct smtp_reply *said, const char *detail,
	const struct proxy_reply_rules *rules, struct smtp_reply *ret)
{
	struct slice text = arena_dup(a, proxy_reply_cut(hide(a, rules, smtp_reply_text(said))));
	unsigned class = said->code / 100U;
	char enhanced[16];

	if (smtp_reply_is_about_session(said)) {
		smtp_reply_set(ret, 451, said->code == 421 ? "4.3.2" : "4.3.5",
			said->code == 421
				? "The server behind us is closing; try again later"
				: "The server behind us does not let us in; try again later");
		return;
	}
	snprintf(enhanced, sizeof(enhanced), "%u.%s", class, class == 2 ? detail : "0.0");
	smtp_reply_set_text(ret, said->code, enhanced, text);
	ret->utf8 = rules->utf8;
	if (said->status.class == class)
		ret->status = said->status;
	if (!rules->utf8 && !slice_is_ascii(text))
		forget_address(ret);
}

void proxy_reply_pass_verdict(struct arena *a, const struct smtp_reply *said,
	const struct proxy_reply_rules *rules, struct smtp_reply *ret)
{
	proxy_reply_pass(a, said, "0.0", rules, ret);
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
