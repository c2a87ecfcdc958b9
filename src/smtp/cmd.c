/* A table of verbs, each with a function for its argument. A function returns true, or sets the
 * refusal; nothing here knows the session's state, only what it offered. */
#include "smtp/cmd.h"

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/text.h"
#include "smtp/caps.h"
#include "smtp/domain.h"
#include "smtp/reply.h"

struct job {
	struct arena *arena;
	const struct smtp_cmd_context *context;
	struct smtp_cmd *cmd;
	struct smtp_reply *refusal;
};

static bool refuse_syntax(struct job *j, const char *form)
{
	smtp_reply_set(j->refusal, 501, "5.5.4", "Syntax: %s", form);
	return false;
}

static bool take_nothing(struct job *j)
{
	if (j->cmd->arg.n == 0)
		return true;
	smtp_reply_set(
		j->refusal, 501, "5.5.4", "%s takes no argument", smtp_verb_name(j->cmd->verb));
	return false;
}

static bool take_anything(struct job *j)
{
	(void)j;
	return true;
}

/* "EHLO" SP ( Domain / address-literal ); "HELO" SP Domain     RFC 5321 section 4.1.1.1
 * Anything in one printable word is taken, since devices send what they like. */
static bool take_helo(struct job *j)
{
	struct smtp_helo_cmd *h = &j->cmd->helo;
	struct slice name = j->cmd->arg;

	if (name.n == 0 || name.n > SMTP_DOMAIN_MAX || slice_find(name, ' ') < name.n)
		return refuse_syntax(j, "EHLO hostname");
	h->name = name;
	h->is_valid = smtp_domain_literal(name, &h->literal) || smtp_domain_valid(name, true);
	return true;
}

/* Splits "FROM:<path> params" behind the keyword. */
static bool split_path(
	struct slice arg, struct slice keyword, struct slice *ret_path, struct slice *ret_params)
{
	if (!slice_starts_nocase(arg, keyword))
		return false;
	struct slice rest = slice_trim(slice_skip(arg, keyword.n));
	size_t n = smtp_path_span(rest);

	if (n == 0 || (n < rest.n && rest.p[n] != ' '))
		return false;
	*ret_path = slice_take(rest, n);
	*ret_params = slice_skip(rest, n);
	return true;
}

static bool refuse_path(struct job *j, enum smtp_path_error e, const char *enhanced)
{
	const char *text = smtp_path_error_text(e);

	smtp_reply_set(j->refusal, 501, e == SMTP_PATH_BAD_UTF8 ? "5.6.7" : enhanced, "%c%s",
		ascii_upper(text[0]), text + 1);
	return false;
}

/* The codes are those of RFC 6531 section 3.5: 550 at MAIL, 553 at RCPT. */
static bool refuse_utf8(struct job *j, int code)
{
	smtp_reply_set(
		j->refusal, code, "5.6.7", "An address beyond ASCII needs SMTPUTF8 in MAIL FROM");
	return false;
}

static bool refuse_param(struct job *j, enum smtp_param_error e, struct slice culprit)
{
	char safe[64];
	struct buf b;

	buf_init(&b, sizeof(safe));
	text_escape(&b, culprit, 48);
	int n = (int)b.n;

	if (n > 0)
		memcpy(safe, b.p, b.n);
	buf_done(&b);
	if (e == SMTP_PARAM_UNKNOWN)
		smtp_reply_set(
			j->refusal, 555, "5.5.4", "Parameter not supported here: %.*s", n, safe);
	else if (e == SMTP_PARAM_TWICE)
		smtp_reply_set(j->refusal, 501, "5.5.4", "Parameter given twice: %.*s", n, safe);
	else
		smtp_reply_set(j->refusal, 501, "5.5.4", "Parameter malformed: %.*s", n, safe);
	return false;
}

/* "MAIL FROM:" Reverse-path [SP Mail-parameters]     RFC 5321 section 4.1.1.2 */
static bool take_mail(struct job *j)
{
	struct smtp_mail_cmd *m = &j->cmd->mail;
	struct slice path, params, culprit;

	if (!split_path(j->cmd->arg, S("FROM:"), &path, &params))
		return refuse_syntax(j, "MAIL FROM:<address>");
	enum smtp_path_error e = smtp_path_parse(j->arena, path, SMTP_PATH_MAY_BE_NULL, &m->path);

	if (e != SMTP_PATH_OK)
		return refuse_path(j, e, "5.1.7");
	enum smtp_param_error p = smtp_param_parse_mail(
		j->arena, params, j->context->offered, &m->params, &culprit);

	if (p != SMTP_PARAM_OK)
		return refuse_param(j, p, culprit);
	if (m->path.is_utf8 && !smtp_mail_params_has(&m->params, SMTP_PARAM_SMTPUTF8))
		return refuse_utf8(j, 550);
	return true;
}

/* "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters]
 *                                                       RFC 5321 section 4.1.1.3 */
static bool take_rcpt(struct job *j)
{
	struct smtp_rcpt_cmd *r = &j->cmd->rcpt;
	struct slice path, params, culprit;

	if (!split_path(j->cmd->arg, S("TO:"), &path, &params))
		return refuse_syntax(j, "RCPT TO:<address>");
	enum smtp_path_error e = smtp_path_parse(
		j->arena, path, SMTP_PATH_MAY_BE_POSTMASTER, &r->path);

	if (e != SMTP_PATH_OK)
		return refuse_path(j, e, "5.1.3");
	if (r->path.is_utf8 && !j->context->smtputf8)
		return refuse_utf8(j, 553);
	enum smtp_param_error p = smtp_param_parse_rcpt(
		j->arena, params, j->context->offered, &r->params, &culprit);

	return p == SMTP_PARAM_OK || refuse_param(j, p, culprit);
}

/* bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ]; end-marker = "LAST"     RFC 3030 section 2 */
static bool take_bdat(struct job *j)
{
	struct slice last = j->cmd->arg, size = slice_split(&last, ' ');

	last = slice_trim(last);
	if (size.n > 20 || !slice_to_u64(size, UINT64_MAX, &j->cmd->bdat.size) ||
		(last.n && !slice_eq_nocase(last, S("LAST"))))
		return refuse_syntax(j, "BDAT size [LAST]");
	j->cmd->bdat.last = last.n != 0;
	return true;
}

/* sasl-mech = 1*20mech-char; mech-char = %x41-5A / DIGIT / "-" / "_"     RFC 4422 section 3.1 */
static bool is_mechanism(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n > 0 && s.n <= 20;
}

/* base64 = base64-terminal / ( 1*(4base64-char) [base64-terminal] ): the characters only; who
 * decodes it judges the rest. */
static bool is_base64ish(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '/' && s.p[i] != '=')
			return false;
	return s.n > 0;
}

/* auth-command = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64])
 * initial-response = base64 / "="     RFC 4954 section 8 */
static bool take_auth(struct job *j)
{
	struct smtp_auth_cmd *a = &j->cmd->auth;
	struct slice initial = j->cmd->arg;

	a->mechanism = slice_split(&initial, ' ');
	initial = slice_trim(initial);
	if (!is_mechanism(a->mechanism) || (initial.n && !is_base64ish(initial)))
		return refuse_syntax(j, "AUTH mechanism [initial-response]");
	a->has_initial = initial.n != 0;
	a->initial = slice_eq(initial, S("=")) ? SLICE_NIL : initial;
	return true;
}

/* VRFY, EXPN: a string; ETRN: a node name; XCLIENT, XFORWARD: attributes. */
static bool take_something(struct job *j)
{
	if (j->cmd->arg.n)
		return true;
	smtp_reply_set(
		j->refusal, 501, "5.5.4", "%s needs an argument", smtp_verb_name(j->cmd->verb));
	return false;
}

static const struct verb {
	struct slice name;
	bool (*take)(struct job *j);
} verbs[SMTP_VERB_COUNT] = {
	[SMTP_UNKNOWN] = { SLICE(""), NULL },
	[SMTP_EHLO] = { SLICE("EHLO"), take_helo },
	[SMTP_HELO] = { SLICE("HELO"), take_helo },
	[SMTP_LHLO] = { SLICE("LHLO"), take_helo },
	[SMTP_MAIL] = { SLICE("MAIL"), take_mail },
	[SMTP_RCPT] = { SLICE("RCPT"), take_rcpt },
	[SMTP_DATA] = { SLICE("DATA"), take_nothing },
	[SMTP_BDAT] = { SLICE("BDAT"), take_bdat },
	[SMTP_RSET] = { SLICE("RSET"), take_nothing },
	[SMTP_NOOP] = { SLICE("NOOP"), take_anything },
	[SMTP_QUIT] = { SLICE("QUIT"), take_nothing },
	[SMTP_VRFY] = { SLICE("VRFY"), take_something },
	[SMTP_EXPN] = { SLICE("EXPN"), take_something },
	[SMTP_HELP] = { SLICE("HELP"), take_anything },
	[SMTP_STARTTLS] = { SLICE("STARTTLS"), take_nothing },
	[SMTP_AUTH] = { SLICE("AUTH"), take_auth },
	[SMTP_ETRN] = { SLICE("ETRN"), take_something },
	[SMTP_ATRN] = { SLICE("ATRN"), take_anything },
	[SMTP_XCLIENT] = { SLICE("XCLIENT"), take_something },
	[SMTP_XFORWARD] = { SLICE("XFORWARD"), take_something },
};

const char *smtp_verb_name(enum smtp_verb verb)
{
	return verbs[verb].name.p;
}

static enum smtp_verb find_verb(struct slice name)
{
	for (unsigned i = 1; i < SMTP_VERB_COUNT; i++)
		if (slice_eq_nocase(name, verbs[i].name))
			return (enum smtp_verb)i;
	return SMTP_UNKNOWN;
}

static bool is_clean(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f)
			return false;
	return true;
}

bool smtp_cmd_parse(struct arena *a, struct slice line, const struct smtp_cmd_context *context,
	struct smtp_cmd *ret, struct smtp_reply *ret_refusal)
{
	struct slice arg = slice_trim(line), name = slice_split(&arg, ' ');
	struct smtp_cmd cmd = { .verb = find_verb(name), .arg = slice_trim(arg) };
	struct job j = { a, context, &cmd, ret_refusal };

	ret->verb = cmd.verb;
	if (cmd.verb == SMTP_UNKNOWN) {
		smtp_reply_set(ret_refusal, 500, "5.5.2", "Command not recognised");
		return false;
	}
	if (!is_clean(cmd.arg)) {
		smtp_reply_set(ret_refusal, 501, "5.5.2", "Control characters in the command");
		return false;
	}
	if (!verbs[cmd.verb].take(&j))
		return false;
	*ret = cmd;
	return true;
}
