/* The local part and the domain are found by one walk over a cursor; only a quoted local part with
 * backslashes needs memory. Lengths are judged as written, before anything is decoded. */
#include "smtp/path.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/text.h"
#include "smtp/domain.h"

/* atext of RFC 5322 section 3.2.3, with UTF8-non-ascii of RFC 6531 section 3.3. */
static bool is_atext(char c)
{
	return ascii_is_alnum(c) || (unsigned char)c >= 128 ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_dot_atext(char c)
{
	return c == '.' || is_atext(c);
}

/* Dot-string = Atom *("." Atom)     RFC 5321 section 4.1.2 */
static bool is_dot_string(struct slice s)
{
	if (s.n == 0 || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_dot_atext(s.p[i]) || (s.p[i] == '.' && s.p[i + 1] == '.'))
			return false;
	return true;
}

/* Quoted-string = DQUOTE *QcontentSMTP DQUOTE
 * QcontentSMTP = qtextSMTP / quoted-pairSMTP
 * quoted-pairSMTP = %d92 %d32-126
 * qtextSMTP = %d32-33 / %d35-91 / %d93-126 / UTF8-non-ascii     RFC 5321 section 4.1.2
 * Length with both quotes, or 0. */
static size_t quoted_span(struct slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '"')
			return i + 1;
		if (s.p[i] == '\\' && (++i == s.n || !ascii_is_print(s.p[i])))
			return 0;
		if (!ascii_is_print(s.p[i]) && (unsigned char)s.p[i] < 128)
			return 0;
	}
	return 0;
}

/* inner is what stands between the quotes. */
static struct slice unquote(struct arena *a, struct slice inner)
{
	if (slice_find(inner, '\\') == inner.n)
		return inner;
	char *p = arena_alloc(a, inner.n);
	size_t n = 0;

	for (size_t i = 0; i < inner.n; i++) {
		if (inner.p[i] == '\\')
			i++;
		p[n++] = inner.p[i];
	}
	return slice_of(p, n);
}

/* Local-part = Dot-string / Quoted-string     RFC 5321 section 4.1.2 */
static enum smtp_path_error take_local(struct arena *a, struct cursor *c, struct slice *ret)
{
	if (cursor_peek(c) == '"') {
		size_t n = quoted_span(c->rest);

		if (n == 0)
			return SMTP_PATH_SYNTAX;
		struct slice quoted = cursor_take(c, n);

		if (n > SMTP_PATH_LOCAL_MAX)
			return SMTP_PATH_LOCAL_TOO_LONG;
		*ret = unquote(a, slice_take(slice_skip(quoted, 1), n - 2));
		return SMTP_PATH_OK;
	}
	struct slice local = cursor_run(c, is_dot_atext);

	if (!is_dot_string(local))
		return SMTP_PATH_SYNTAX;
	if (local.n > SMTP_PATH_LOCAL_MAX)
		return SMTP_PATH_LOCAL_TOO_LONG;
	*ret = local;
	return SMTP_PATH_OK;
}

static enum smtp_path_error set_domain(struct slice domain, struct smtp_path *path)
{
	if (domain.n == 0)
		return SMTP_PATH_SYNTAX;
	if (domain.n > SMTP_DOMAIN_MAX)
		return SMTP_PATH_DOMAIN_TOO_LONG;
	path->is_literal = domain.p[0] == '[';
	if (path->is_literal) {
		if (!smtp_domain_literal(domain, &path->literal))
			return SMTP_PATH_BAD_LITERAL;
	} else if (!smtp_domain_valid(domain, true)) {
		return SMTP_PATH_BAD_DOMAIN;
	}
	path->domain = domain;
	return SMTP_PATH_OK;
}

/* Mailbox = Local-part "@" ( Domain / address-literal )     RFC 5321 section 4.1.2
 * A forward-path may be "Postmaster" alone, RFC 5321 section 4.1.1.3. */
static enum smtp_path_error parse_mailbox(
	struct arena *a, struct slice text, unsigned flags, struct smtp_path *path)
{
	struct cursor c = cursor_of(text);
	enum smtp_path_error e;

	path->raw = text;
	path->is_utf8 = !slice_is_ascii(text);
	if (path->is_utf8 && !text_is_utf8(text))
		return SMTP_PATH_BAD_UTF8;
	e = take_local(a, &c, &path->local);
	if (e != SMTP_PATH_OK)
		return e;
	path->is_quoted = !is_dot_string(path->local);
	if (cursor_at_end(&c)) {
		bool may = (flags & SMTP_PATH_MAY_BE_POSTMASTER) != 0;

		return may && slice_eq_nocase(path->local, S("postmaster")) ? SMTP_PATH_OK
									    : SMTP_PATH_NO_DOMAIN;
	}
	if (!cursor_accept(&c, '@'))
		return SMTP_PATH_SYNTAX;
	return set_domain(c.rest, path);
}

/* A-d-l ":" before the mailbox
 * A-d-l = At-domain *( "," At-domain )
 * At-domain = "@" Domain     RFC 5321 section 4.1.2 */
static bool take_source_route(struct slice *text)
{
	struct slice route = slice_split(text, ':');

	if (text->n == 0)
		return false;
	while (route.n) {
		bool more = slice_find(route, ',') < route.n;
		struct slice hop = slice_split(&route, ',');

		if (hop.n < 2 || hop.p[0] != '@' || !smtp_domain_valid(slice_skip(hop, 1), true))
			return false;
		if (more && route.n == 0)
			return false;
	}
	return true;
}

/* Reverse-path = Path / "<>"
 * Path = "<" [ A-d-l ":" ] Mailbox ">"     RFC 5321 section 4.1.2 */
enum smtp_path_error smtp_path_parse(
	struct arena *a, struct slice text, unsigned flags, struct smtp_path *ret)
{
	struct smtp_path path = { 0 };
	enum smtp_path_error e;

	if (text.n < 2 || text.p[0] != '<' || text.p[text.n - 1] != '>')
		return SMTP_PATH_SYNTAX;
	struct slice inner = slice_take(slice_skip(text, 1), text.n - 2);

	if (inner.n == 0) {
		if (!(flags & SMTP_PATH_MAY_BE_NULL))
			return SMTP_PATH_NULL;
		path.is_null = true;
		*ret = path;
		return SMTP_PATH_OK;
	}
	if (inner.p[0] == '@') {
		if (!take_source_route(&inner))
			return SMTP_PATH_SYNTAX;
		path.has_source_route = true;
	}
	e = parse_mailbox(a, inner, flags, &path);
	if (e == SMTP_PATH_OK && inner.n + 2 > SMTP_PATH_MAX)
		e = SMTP_PATH_TOO_LONG;
	if (e == SMTP_PATH_OK)
		*ret = path;
	return e;
}

enum smtp_path_error smtp_path_parse_mailbox(
	struct arena *a, struct slice text, struct smtp_path *ret)
{
	struct smtp_path path = { 0 };
	enum smtp_path_error e = parse_mailbox(a, text, 0, &path);

	if (e == SMTP_PATH_OK && text.n + 2 > SMTP_PATH_MAX)
		e = SMTP_PATH_TOO_LONG;
	if (e == SMTP_PATH_OK)
		*ret = path;
	return e;
}

size_t smtp_path_span(struct slice text)
{
	bool quoted = false, literal = false;

	if (text.n == 0 || text.p[0] != '<')
		return 0;
	for (size_t i = 1; i < text.n; i++) {
		char c = text.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"' && !literal)
			quoted = !quoted;
		else if ((c == '[' || c == ']') && !quoted)
			literal = c == '[';
		else if (c == '>' && !quoted && !literal)
			return i + 1;
	}
	return 0;
}

const char *smtp_path_error_text(enum smtp_path_error error)
{
	switch (error) {
	case SMTP_PATH_SYNTAX:
		return "the address is malformed";
	case SMTP_PATH_NO_DOMAIN:
		return "the address has no domain";
	case SMTP_PATH_NULL:
		return "the null address cannot be used here";
	case SMTP_PATH_LOCAL_TOO_LONG:
		return "the local part is longer than 64 octets";
	case SMTP_PATH_DOMAIN_TOO_LONG:
		return "the domain is longer than 255 octets";
	case SMTP_PATH_TOO_LONG:
		return "the address is longer than 256 octets";
	case SMTP_PATH_BAD_DOMAIN:
		return "the domain is malformed";
	case SMTP_PATH_BAD_LITERAL:
		return "the address literal is malformed";
	case SMTP_PATH_BAD_UTF8:
		return "the address is not well-formed UTF-8";
	case SMTP_PATH_OK:
		break;
	}
	return "";
}

void smtp_path_format_mailbox(struct buf *b, const struct smtp_path *path)
{
	if (path->is_null)
		return;
	if (path->is_quoted) {
		buf_putc(b, '"');
		for (size_t i = 0; i < path->local.n; i++) {
			if (path->local.p[i] == '"' || path->local.p[i] == '\\')
				buf_putc(b, '\\');
			buf_putc(b, path->local.p[i]);
		}
		buf_putc(b, '"');
	} else {
		buf_put(b, path->local);
	}
	if (path->domain.n) {
		buf_putc(b, '@');
		buf_put(b, path->domain);
	}
}

void smtp_path_format(struct buf *b, const struct smtp_path *path)
{
	buf_putc(b, '<');
	smtp_path_format_mailbox(b, path);
	buf_putc(b, '>');
}

void smtp_path_dup(struct arena *a, const struct smtp_path *path, struct smtp_path *ret)
{
	struct smtp_path copy = *path;

	copy.local = arena_dup(a, path->local);
	copy.domain = arena_dup(a, path->domain);
	copy.raw = arena_dup(a, path->raw);
	*ret = copy;
}

bool smtp_path_eq(const struct smtp_path *a, const struct smtp_path *b)
{
	return a->is_null == b->is_null && slice_eq(a->local, b->local) &&
	       slice_eq_nocase(a->domain, b->domain);
}
