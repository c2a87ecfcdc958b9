/* Submission (RFC 6409 sections 6.1 and 8): the login decides which addresses may stand in the
 * envelope and in the header. A From that cannot be read is refused, since it cannot be checked. */
#include "server/submission.h"

#include "auth/users.h"
#include "base/buf.h"
#include "config/config.h"
#include "message/date.h"
#include "message/header.h"
#include "message/mailbox.h"
#include "message/msgid.h"
#include "rt/clock.h"
#include "rt/random.h"
#include "server/session.h"
#include "smtp/path.h"
#include "smtp/reply.h"

static bool belongs(const struct session *s, const struct smtp_path *path, struct smtp_reply *ret)
{
	const struct server_client client = session_client(s);

	if (client.user && auth_user_may_send(client.user, path->raw))
		return true;
	if (client.user == NULL)
		smtp_reply_set(ret, 550, "5.7.1", "The log-in is no longer valid");
	else
		smtp_reply_set(ret, 550, "5.7.1", "%.*s may not send as <%.*s>",
			SLICE_ARG(s->login), SLICE_ARG(slice_take(path->raw, 100)));
	return false;
}

static bool check_mailboxes(
	const struct session *s, struct slice value, const char *field, struct smtp_reply *ret)
{
	struct arena scratch = ARENA_INIT;
	struct message_mailbox *v;
	size_t n = 0;
	bool fine = message_mailbox_parse(&scratch, value, &v, &n) == MESSAGE_MAILBOX_OK && n > 0;

	if (!fine)
		smtp_reply_set(ret, 550, "5.7.1", "The %s field cannot be read", field);
	for (size_t i = 0; i < n && fine; i++)
		fine = belongs(s, &v[i].path, ret);
	arena_reset(&scratch);
	return fine;
}

/* RFC 5322 section 3.6: at most one field of each kind, and From must be there. */
static bool check_field(const struct session *s, struct slice header, const char *name,
	bool mandatory, struct smtp_reply *ret)
{
	struct message_field field;
	size_t n = message_header_count(header, slice_str(name));

	if (n == 0 && !mandatory)
		return true;
	if (n != 1) {
		smtp_reply_set(ret, 550, "5.7.1", "The message has %s %s field",
			n ? "more than one" : "no", name);
		return false;
	}
	(void)message_header_find(header, slice_str(name), &field);
	return check_mailboxes(s, field.value, name, ret);
}

static void add_missing(const struct session *s, struct slice header, struct buf *added)
{
	usec_t now = clock_wall();

	if (message_header_count(header, S("Date")) == 0) {
		buf_puts(added, "Date: ");
		message_date_format(added, now);
		buf_puts(added, "\r\n");
	}
	if (message_header_count(header, S("Message-ID")) == 0) {
		buf_puts(added, "Message-ID: ");
		message_msgid_format(added, now, random_u64(), s->config->hostname);
		buf_puts(added, "\r\n");
	}
}

bool submission_fix(const struct session *s, struct slice header, struct buf *added,
	struct smtp_reply *ret_refusal)
{
	if (!check_field(s, header, "From", true, ret_refusal) ||
		!check_field(s, header, "Sender", false, ret_refusal))
		return false;
	add_missing(s, header, added);
	return true;
}
