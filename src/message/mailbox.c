/* One pass over a cursor: words up to a special character, and that character tells what they
 * were. An addr-spec is put together without comments and white space and then judged by
 * smtp/path.h, so that header and envelope mean the same by an address. Whatever the grammar does
 * not cover ends in MALFORMED: a parser that guesses could see another author than the reader's
 * program shows. */
#include "message/mailbox.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cursor.h"

struct list {
	struct arena *arena;
	struct cursor c;
	struct message_mailbox *v;
	size_t n;
	bool in_group, too_many;
};

/* What a run of words and dots could be. */
struct words {
	struct slice span; /* from the first word to behind the last, comments between included */
	size_t n; /* words and dots */
	bool is_local; /* a local part: atoms parted by single dots, or one quoted string */
};

/* FWS = ([*WSP CRLF] 1*WSP) / obs-FWS     RFC 5322 section 3.2.2
 * Takes one character of it; false and nothing taken where there is none. */
static bool take_white(struct cursor *c)
{
	if (cursor_accept(c, ' ') || cursor_accept(c, '\t'))
		return true;
	if (c->failed || !(slice_starts(c->rest, S("\r\n ")) || slice_starts(c->rest, S("\r\n\t"))))
		return false;
	cursor_take(c, 3);
	return true;
}

static bool is_control(int ch)
{
	return (ch >= 0 && ch < ' ') || ch == 0x7f;
}

/* comment = "(" *([FWS] ccontent) [FWS] ")"; ccontent = ctext / quoted-pair / comment
 *                                              RFC 5322 section 3.2.2 */
static void skip_comment(struct cursor *c)
{
	size_t depth = 0;

	do {
		if (take_white(c))
			continue;
		int ch = cursor_peek(c);

		if (ch == '\\')
			cursor_take(c, 1);
		else if (ch == '(')
			depth++;
		else if (ch == ')')
			depth--;
		if (is_control(cursor_peek(c)))
			c->failed = true;
		cursor_take(c, 1);
	} while (depth > 0 && !c->failed);
}

/* CFWS = (1*([FWS] comment) [FWS]) / FWS     RFC 5322 section 3.2.2 */
static void skip_cfws(struct cursor *c)
{
	for (;;) {
		if (take_white(c))
			continue;
		if (cursor_peek(c) != '(')
			return;
		skip_comment(c);
	}
}

/* atext of RFC 5322 section 3.2.3 with UTF8-non-ascii of RFC 6532 section 3.2 */
static bool is_atext(char ch)
{
	return ascii_is_alnum(ch) || (unsigned char)ch >= 128 ||
	       (ch != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", ch) != NULL);
}

/* quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE     RFC 5322 section 3.2.4 */
static void skip_quoted(struct cursor *c)
{
	cursor_expect(c, '"');
	while (!c->failed && !cursor_accept(c, '"')) {
		if (take_white(c))
			continue;
		if (cursor_peek(c) == '\\')
			cursor_take(c, 1);
		if (is_control(cursor_peek(c)))
			c->failed = true;
		cursor_take(c, 1);
	}
}

/* phrase = 1*word / obs-phrase; word = atom / quoted-string
 * local-part = dot-atom / quoted-string / obs-local-part     RFC 5322 sections 3.2.5, 3.4.1, 4.1 */
static struct words take_words(struct cursor *c)
{
	struct words w = { .is_local = true };
	bool want_word = true;
	size_t quoted = 0;

	skip_cfws(c);
	w.span = slice_take(c->rest, 0);
	for (;; skip_cfws(c)) {
		int ch = cursor_peek(c);

		if (ch == '.') {
			cursor_take(c, 1);
			w.is_local = w.is_local && !want_word;
			want_word = true;
		} else if (ch == '"' || (ch >= 0 && is_atext((char)ch))) {
			if (ch == '"')
				skip_quoted(c);
			else
				cursor_run(c, is_atext);
			w.is_local = w.is_local && want_word;
			want_word = false;
			quoted += ch == '"';
		} else {
			break;
		}
		w.n++;
		w.span.n = c->failed ? 0 : (size_t)(c->rest.p - w.span.p);
	}
	w.is_local = w.is_local && !want_word && (quoted == 0 || w.n == 1);
	return w;
}

/* The span without comments, and without white space outside quotes; folds inside quotes lose
 * their CRLF. Appends to p; the span was walked before, so it is sound. */
static size_t join(char *p, struct slice span)
{
	struct cursor c = cursor_of(span);
	size_t n = 0;

	for (skip_cfws(&c); !cursor_at_end(&c) && !c.failed; skip_cfws(&c)) {
		struct slice before = c.rest;

		if (cursor_peek(&c) == '"')
			skip_quoted(&c);
		else
			cursor_take(&c, 1);
		for (size_t i = 0; i < before.n - c.rest.n; i++)
			if (before.p[i] != '\r' && before.p[i] != '\n')
				p[n++] = before.p[i];
	}
	return n;
}

/* domain-literal = [CFWS] "[" *([FWS] dtext) [FWS] "]" [CFWS]     RFC 5322 section 3.4.1
 * Only what an address literal of RFC 5321 is made of; no white space inside. */
static struct slice take_literal(struct cursor *c)
{
	struct slice literal = cursor_take(c, slice_find(c->rest, ']') + 1);

	for (size_t i = 1; i + 1 < literal.n; i++)
		if (!ascii_is_alnum(literal.p[i]) && memchr(".:-", literal.p[i], 3) == NULL)
			c->failed = true;
	skip_cfws(c);
	return literal;
}

/* domain = dot-atom / domain-literal / obs-domain     RFC 5322 sections 3.4.1, 4.4 */
static struct slice take_domain(struct cursor *c)
{
	skip_cfws(c);
	if (cursor_peek(c) == '[')
		return take_literal(c);
	struct words w = take_words(c);

	if (!w.is_local || slice_find(w.span, '"') < w.span.n)
		c->failed = true;
	return w.span;
}

/* addr-spec = local-part "@" domain     RFC 5322 section 3.4.1; the "@" comes next */
static void take_addr_spec(struct list *l, struct words local, struct slice display)
{
	struct message_mailbox m = { .display = display, .in_group = l->in_group };

	cursor_expect(&l->c, '@');
	struct slice domain = take_domain(&l->c);

	if (l->c.failed || !local.is_local) {
		l->c.failed = true;
		return;
	}
	char *p = arena_alloc(l->arena, local.span.n + domain.n + 1);
	size_t n = join(p, local.span);

	p[n++] = '@';
	n += join(p + n, domain);
	if (smtp_path_parse_mailbox(l->arena, slice_of(p, n), &m.path) != SMTP_PATH_OK)
		l->c.failed = true;
	else if (l->n == MESSAGE_MAILBOX_MAX)
		l->too_many = true;
	else
		l->v[l->n++] = m;
}

/* name-addr = [display-name] angle-addr
 * angle-addr = [CFWS] "<" addr-spec ">" [CFWS]     RFC 5322 section 3.4; no obs-route */
static void take_angle_addr(struct list *l, struct words display)
{
	cursor_expect(&l->c, '<');
	take_addr_spec(l, take_words(&l->c), display.span);
	cursor_expect(&l->c, '>');
	skip_cfws(&l->c);
}

/* address = mailbox / group, with the separator behind it
 * group = display-name ":" [group-list] ";" [CFWS]     RFC 5322 section 3.4
 * obs-addr-list and obs-group-list may have empty members (section 4.4). */
static void take_address(struct list *l)
{
	struct words w = take_words(&l->c);
	int ch = cursor_peek(&l->c);

	if (ch == ':') {
		cursor_take(&l->c, 1);
		l->c.failed = l->c.failed || w.n == 0 || l->in_group;
		l->in_group = true;
		return;
	}
	if (ch == '<')
		take_angle_addr(l, w);
	else if (ch == '@')
		take_addr_spec(l, w, SLICE_NIL);
	else if (w.n > 0)
		l->c.failed = true;
	if (l->in_group && cursor_accept(&l->c, ';')) {
		l->in_group = false;
		skip_cfws(&l->c);
	}
	if (!cursor_at_end(&l->c))
		cursor_expect(&l->c, ',');
}

static size_t count(struct slice s, char ch)
{
	size_t n = 0;

	for (size_t at; (at = slice_find(s, ch)) < s.n; n++)
		s = slice_skip(s, at + 1);
	return n;
}

enum message_mailbox_status message_mailbox_parse(
	struct arena *a, struct slice value, struct message_mailbox **ret, size_t *ret_n)
{
	struct list l = { .arena = a, .c = cursor_of(value) };
	size_t room = count(value, '@');

	if (room > MESSAGE_MAILBOX_MAX)
		room = MESSAGE_MAILBOX_MAX;
	l.v = arena_array(a, struct message_mailbox, room ? room : 1);
	while (!l.c.failed && !l.too_many && !cursor_at_end(&l.c))
		take_address(&l);
	if (l.c.failed || (l.in_group && !l.too_many))
		return MESSAGE_MAILBOX_MALFORMED;
	if (l.too_many)
		return MESSAGE_MAILBOX_TOO_MANY;
	*ret = l.v;
	*ret_n = l.n;
	return MESSAGE_MAILBOX_OK;
}
