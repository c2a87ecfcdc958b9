/* One memchr finds the LF; everything else is judged on the line it ends. A damaged line is dropped
 * through its CRLF with three fields of state, so that a peer cannot make us buffer it, and so that
 * nothing inside it is ever taken for a command. */
#include "smtp/line.h"

void smtp_line_init(struct smtp_line *l, size_t max)
{
	*l = (struct smtp_line){ .max = max,
		.auth_max = max > SMTP_LINE_AUTH_MAX ? max : SMTP_LINE_AUTH_MAX };
}

static size_t limit_of(const struct smtp_line *l, struct slice in)
{
	return slice_starts_nocase(in, S("AUTH ")) ? l->auth_max : l->max;
}

/* Drops input through the next line end; the damage is reported there. */
static enum smtp_line_status drop(struct smtp_line *l, struct slice in, size_t *ret_used)
{
	enum smtp_line_status damage = l->damage;
	size_t lf = slice_find(in, '\n');

	l->scanned = 0;
	if (lf == in.n) {
		if (in.n)
			l->cr = in.p[in.n - 1] == '\r';
		*ret_used = in.n;
		return SMTP_LINE_MORE;
	}
	*ret_used = lf + 1;
	if (lf > 0 ? in.p[lf - 1] == '\r' : l->cr) {
		l->damage = SMTP_LINE_MORE;
	} else {
		l->damage = damage = SMTP_LINE_BARE_LF;
	}
	l->cr = false;
	return damage;
}

static enum smtp_line_status judge(struct slice line)
{
	if (slice_find(line, '\r') < line.n)
		return SMTP_LINE_BARE_CR;
	if (slice_find(line, '\0') < line.n)
		return SMTP_LINE_NUL;
	return SMTP_LINE_OK;
}

enum smtp_line_status smtp_line_next(
	struct smtp_line *l, struct slice in, size_t *ret_used, struct slice *ret_line)
{
	if (l->damage != SMTP_LINE_MORE)
		return drop(l, in, ret_used);
	size_t max = limit_of(l, in), from = l->scanned < in.n ? l->scanned : in.n;
	size_t lf = from + slice_find(slice_skip(in, from), '\n');

	*ret_used = 0;
	if (lf >= max) {
		l->damage = SMTP_LINE_TOO_LONG;
		return drop(l, in, ret_used);
	}
	if (lf == in.n) {
		l->scanned = in.n;
		return SMTP_LINE_MORE;
	}
	l->scanned = 0;
	*ret_used = lf + 1;
	if (lf == 0 || in.p[lf - 1] != '\r') {
		l->damage = SMTP_LINE_BARE_LF;
		return SMTP_LINE_BARE_LF;
	}
	struct slice line = slice_take(in, lf - 1);
	enum smtp_line_status status = judge(line);

	if (status == SMTP_LINE_OK)
		*ret_line = line;
	return status;
}

const char *smtp_line_status_text(enum smtp_line_status status)
{
	switch (status) {
	case SMTP_LINE_TOO_LONG:
		return "line too long";
	case SMTP_LINE_BARE_CR:
		return "carriage return without line feed";
	case SMTP_LINE_BARE_LF:
		return "line feed without carriage return";
	case SMTP_LINE_NUL:
		return "NUL byte";
	case SMTP_LINE_MORE:
	case SMTP_LINE_OK:
		break;
	}
	return "";
}
