/* A session, top to bottom: greeting, then one command after the other until the client leaves, is
 * shown the door, or goes silent. A table says which command is allowed in which state; what a
 * command does stands in cmd_*.c. Replies are queued and go out when the input is empty, so that
 * pipelined commands cost one write. */
#include "server/session.h"

#include <stdarg.h>
#include <stdio.h>

#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/event.h"
#include "base/metrics.h"
#include "config/config.h"
#include "nexthop/nexthop.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/random.h"
#include "rt/stream.h"
#include "rt/tls.h"
#include "server/ahead.h"
#include "server/flow.h"
#include "server/front.h"
#include "server/passage.h"
#include "server/proxy.h"
#include "server/proxy_doubt.h"
#include "server/server.h"
#include "server/service.h"
#include "smtp/cmd.h"
#include "smtp/reply.h"

#define FAREWELL_TIME  (5 * USEC_PER_SEC) /* for the last reply and close_notify */
#define END_TIME       (200 * USEC_PER_MSEC) /* for the client's end behind ours */
#define HANDSHAKE_TIME (60 * USEC_PER_SEC) /* of implicit TLS */
#define REPLY_BYTES    65536
#define COMMANDS_MAX   10000 /* without a message: nobody who means well needs so many */

#define IN(state) (1u << (state))
#define ANY	  (IN(SESSION_STATES) - 1)
#define NO_CHUNKS (ANY & ~IN(SESSION_BDAT))

static const struct command {
	session_handler *run;
	unsigned states;
} commands[SMTP_VERB_COUNT] = {
	[SMTP_EHLO] = { cmd_hello, ANY },
	[SMTP_HELO] = { cmd_hello, ANY },
	[SMTP_STARTTLS] = { cmd_starttls, IN(SESSION_GREETED) | IN(SESSION_READY) },
	[SMTP_AUTH] = { cmd_auth, IN(SESSION_READY) },
	[SMTP_XCLIENT] = { cmd_xclient, IN(SESSION_GREETED) | IN(SESSION_READY) },
	[SMTP_XFORWARD] = { cmd_xforward, IN(SESSION_GREETED) | IN(SESSION_READY) },
	[SMTP_MAIL] = { cmd_mail, IN(SESSION_READY) },
	[SMTP_RCPT] = { cmd_rcpt, IN(SESSION_MAIL) | IN(SESSION_RCPT) },
	[SMTP_DATA] = { cmd_data, IN(SESSION_RCPT) },
	[SMTP_BDAT] = { cmd_bdat, ANY }, /* its bytes come in any case */
	[SMTP_RSET] = { cmd_rset, ANY },
	[SMTP_NOOP] = { cmd_noop, ANY },
	[SMTP_QUIT] = { cmd_quit, ANY },
	[SMTP_VRFY] = { cmd_vrfy, NO_CHUNKS },
	[SMTP_EXPN] = { cmd_expn, NO_CHUNKS },
	[SMTP_HELP] = { cmd_help, NO_CHUNKS },
};

/* ---- replies ---- */

/* NOLINTBEGIN(misc-no-recursion): one level; the second reply finds the session closing */

int session_write(struct ctx *ctx, struct session *s, struct slice text)
{
	struct deadline d;

	flow_note_reply(s);
	ctx_narrow(ctx, &d, s->config->limits.command_timeout);
	return ctx_widen(ctx, &d, stream_write(ctx, s->stream, text));
}

/* Too many recipients is no error of a client that will send the rest in another transaction (RFC
 * 5321 section 4.5.3.1.10), and our own trouble, or that of the servers behind us (RFC 3463 section
 * 3.4 and 3.5), is none at all; but one that never stops fills the log. */
static bool is_excused(struct session *s, const struct smtp_reply *reply)
{
	unsigned subject = reply->status.subject, detail = reply->status.detail;
	bool overshoot = reply->code == 452 && subject == 5 && detail == 3;
	bool ours = reply->code / 100 == 4 && (subject == 3 || subject == 4);

	return (overshoot || ours) && s->excused++ < s->config->limits.recipients;
}

int session_reply(struct ctx *ctx, struct session *s, const struct smtp_reply *reply)
{
	struct buf text;

	buf_init(&text, REPLY_BYTES);
	smtp_reply_format(&text, reply);
	int r = session_write(ctx, s, buf_slice(&text));

	buf_done(&text);
	if (r < 0 || smtp_reply_is_positive(reply))
		return r;
	if (reply->code == 421)
		s->closing = true;
	if (!is_excused(s, reply) && ++s->errors >= s->config->limits.errors && !s->closing) {
		s->closing = true;
		return session_say(ctx, s, 421, "4.7.0", "Too many errors; closing");
	}
	return 0;
}

int session_say(
	struct ctx *ctx, struct session *s, int code, const char *enhanced, const char *fmt, ...)
{
	char text[SMTP_REPLY_TEXT_MAX];
	struct smtp_reply reply;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	smtp_reply_set(&reply, code, enhanced, "%s", text);
	return session_reply(ctx, s, &reply);
}
/* NOLINTEND(misc-no-recursion) */

void session_log_refusal(struct ctx *ctx, struct session *s, const char *command,
	struct slice argument, const struct smtp_reply *reply)
{
	struct buf line;

	buf_init(&line, REPLY_BYTES);
	smtp_reply_format_line(&line, reply);
	if (s->tx)
		s->refused = arena_dup(&s->tx_arena, slice_take(buf_slice(&line), EVENT_TEXT_MAX));
	LOG(ctx, EV_REFUSED, FIELD_STR("command", command), FIELD("argument", argument),
		FIELD("from", s->sender), FIELD("helo", s->helo), FIELD("login", s->login),
		FIELD("reply", buf_slice(&line)));
	buf_done(&line);
}

int session_refuse(struct ctx *ctx, struct session *s, const char *command, struct slice argument,
	const struct smtp_reply *reply)
{
	session_log_refusal(ctx, s, command, argument, reply);
	return session_reply(ctx, s, reply);
}

/* ---- reading ---- */

/* The bytes of the last command are given back only now, since its arguments point at them. */
static void take_used(struct session *s)
{
	stream_take(s->stream, s->taken);
	s->taken = 0;
}

int session_fill(struct ctx *ctx, struct session *s)
{
	int r = flow_before_read(ctx, s);
	usec_t began = clock_now();

	if (r == 0)
		r = slow_fill(ctx, s);
	s->waited += clock_now() - began;
	return r;
}

static int next_line(struct ctx *ctx, struct session *s, struct slice *ret_line)
{
	for (;;) {
		enum smtp_line_status status = smtp_line_next(
			&s->line, stream_peek(s->stream), &s->taken, ret_line);
		int r = 0;

		if (status == SMTP_LINE_OK)
			return 0;
		take_used(s);
		if (status == SMTP_LINE_MORE)
			r = session_fill(ctx, s);
		else
			r = session_say(ctx, s, 500, "5.5.2", "Syntax error: %s",
				smtp_line_status_text(status));
		if (r < 0 || s->closing)
			return r < 0 ? r : ERR_LIMIT;
	}
}

/* The time is that of the whole line, so that a client cannot stretch it byte by byte. */
int session_read_line(struct ctx *ctx, struct session *s, struct slice *ret_line)
{
	struct deadline d;

	take_used(s);
	slow_listen(s);
	int r = flow_answer(ctx, s);

	if (r < 0)
		return r;
	ctx->log.action = "waiting for a command";
	ctx_narrow(ctx, &d, s->config->limits.command_timeout);
	r = ctx_widen(ctx, &d, next_line(ctx, s, ret_line));
	slow_heard(s);
	return r;
}

bool session_next_is(struct session *s, struct slice verb, struct slice *ret_line)
{
	struct slice rest = slice_skip(stream_peek(s->stream), s->taken);
	struct smtp_line ahead = s->line;
	size_t used;

	if (s->closing || !slice_starts_nocase(rest, verb) ||
		smtp_line_next(&ahead, rest, &used, ret_line) != SMTP_LINE_OK)
		return false;
	s->line = ahead;
	s->taken += used;
	return true;
}

bool session_data_is_next(const struct session *s)
{
	struct slice line, rest = slice_skip(stream_peek(s->stream), s->taken);
	struct smtp_line ahead = s->line;
	size_t used;

	return !s->closing && s->flow == NULL && !slow_is(s) &&
	       smtp_line_next(&ahead, rest, &used, &line) == SMTP_LINE_OK &&
	       slice_eq_nocase(line, S("DATA"));
}

/* ---- transactions ---- */

struct server_client session_client(const struct session *s)
{
	bool ours = s->login.n && !s->passage;
	const struct auth_users *users = ours ? auth_server_users(s->server->auth) : NULL;
	const struct auth_user *user = users ? auth_users_find(users, s->login) : NULL;

	return (struct server_client){
		.listener = s->listener,
		.ip = front_trusted_ip(s),
		.tls = s->tls,
		.user = user && !user->disabled ? user : NULL,
		.passed = s->passage && passage_is_alive(s->passage),
	};
}

void session_drop_transaction(
	struct ctx *ctx, struct session *s, enum session_state next, enum abort_why why)
{
	if (s->tx)
		s->tx->ops->abort(ctx, s->tx, why);
	s->tx = NULL;
	session_drop_content(s);
	front_forget_forward(s);
	arena_reset(&s->tx_arena);
	s->sender = SLICE_NIL;
	s->recipients = 0;
	s->smtputf8 = false;
	s->verdicts_n = 0;
	s->refused = SLICE_NIL;
	ctx->log.queue_id = SLICE_NIL;
	s->state = next;
}

void session_forget_client(struct ctx *ctx, struct session *s)
{
	session_drop_transaction(ctx, s, SESSION_GREETED, ABORT_RSET);
	passage_end(s->passage);
	s->passage = NULL;
	ahead_end(s);
	s->helo = s->login = SLICE_NIL;
	s->helo_room = 0;
	s->esmtp = false;
	arena_reset(&s->arena);
}

/* ---- the dialogue ---- */

static int out_of_order(struct ctx *ctx, struct session *s, enum smtp_verb verb)
{
	static const char *const wanted[SESSION_STATES] = {
		[SESSION_GREETED] = "say EHLO first",
		[SESSION_READY] = "MAIL comes first",
		[SESSION_MAIL] = "a transaction is open; RCPT or RSET comes next",
		[SESSION_RCPT] = "a transaction is open; DATA, BDAT or RSET comes next",
		[SESSION_BDAT] = "chunks are under way; BDAT or RSET comes next",
	};

	return session_say(ctx, s, 503, "5.5.1", "Bad sequence of commands: %s: %s",
		smtp_verb_name(verb), wanted[s->state]);
}

/* What of a line that could not be parsed may be logged: of AUTH and of what is no command nothing,
 * since a client that lost its place sends passwords and mail where commands belong. */
static struct slice loggable(enum smtp_verb verb, struct slice line)
{
	return verb == SMTP_UNKNOWN || verb == SMTP_AUTH ? SLICE_NIL : line;
}

/* A chunk follows, and nobody knows how long it is: its text would be taken for commands. */
static int lose_track(
	struct ctx *ctx, struct session *s, struct slice line, const struct smtp_reply *refusal)
{
	s->closing = true;
	return session_refuse(ctx, s, "BDAT", line, refusal);
}

static int dispatch(struct ctx *ctx, struct session *s, struct slice line)
{
	const struct smtp_cmd_context known = { .offered = &s->caps, .smtputf8 = s->smtputf8 };
	struct arena scratch = ARENA_INIT;
	struct smtp_cmd cmd;
	struct smtp_reply refusal;
	bool sound = smtp_cmd_parse(&scratch, line, &known, &cmd, &refusal);
	const struct command *command = &commands[cmd.verb];
	int r;

	if (cmd.verb == SMTP_UNKNOWN && sound)
		r = session_say(ctx, s, 500, "5.5.2", "Command not recognised");
	else if (command->run == NULL && sound)
		r = session_say(
			ctx, s, 502, "5.5.1", "%s is not offered here", smtp_verb_name(cmd.verb));
	else if (command->run && !(command->states & IN(s->state)))
		r = out_of_order(ctx, s, cmd.verb);
	else if (!sound && cmd.verb == SMTP_BDAT)
		r = lose_track(ctx, s, line, &refusal);
	else if (!sound)
		r = session_refuse(
			ctx, s, smtp_verb_name(cmd.verb), loggable(cmd.verb, line), &refusal);
	else
		r = command->run(ctx, s, &cmd);
	arena_reset(&scratch);
	return r;
}

int session_say_greeting(struct ctx *ctx, struct session *s)
{
	return session_say(ctx, s, 220, NULL, "%.*s ESMTP sluice", SLICE_ARG(s->config->hostname));
}

int session_greet(struct ctx *ctx, struct session *s)
{
	bool refused = false;
	int r = flow_greet(ctx, s, &refused);

	if (r == 0 && refused) {
		s->closing = true;
		return session_say(ctx, s, 554, "5.5.1", "You spoke before the greeting");
	}
	if (r == 0)
		r = ahead_connect(ctx, s, CONFIG_CONNECT_ACCEPT);
	if (r == ERR_UNREACHABLE) {
		s->closing = true;
		return session_say(ctx, s, 421, "4.4.1", "No server behind us can be reached now");
	}
	return r == 0 ? session_say_greeting(ctx, s) : r;
}

int session_command(struct ctx *ctx, struct session *s)
{
	struct slice line;
	int r = session_read_line(ctx, s, &line);

	if (r == 0)
		proxy_doubt_heard(s);
	if (r == 0 && ++s->commands > COMMANDS_MAX)
		return session_say(ctx, s, 421, "4.7.0", "Too many commands without mail");
	return r == 0 ? dispatch(ctx, s, line) : r;
}

static int converse(struct ctx *ctx, struct session *s)
{
	int r = session_greet(ctx, s);

	while (r == 0 && !s->closing) {
		if (s->server->stopping && s->state <= SESSION_READY)
			return session_say(ctx, s, 421, "4.3.2", "Going down; try again");
		r = session_command(ctx, s);
		if (r == 0)
			arena_reset(ctx->arena);
	}
	return r;
}

static int handshake(struct ctx *ctx, struct session *s)
{
	struct deadline d;

	if (s->listener->tls != CONFIG_LISTEN_IMPLICIT)
		return 0;
	ctx_narrow(ctx, &d, HANDSHAKE_TIME);
	ctx->log.action = "TLS handshake";
	s->shaking = true;
	int r = ctx_widen(ctx, &d, tls_accept(ctx, s->stream, s->server->tls));

	s->shaking = r < 0;
	s->tls = r == 0;
	return r;
}

/* ---- beginning and end ---- */

static const char *why_ended(const struct ctx *ctx, const struct session *s, int r)
{
	if (r == 0 || r == ERR_LIMIT)
		return s->quit ? "quit" : "closed by us";
	if (r == ERR_TLS && ctx->err.text)
		return ctx->err.text;
	return err_name(r);
}

/* Whether the client's system has all that was said. Its own end comes with the acknowledgement of
 * that, and costs less than asking again and again; but not everybody hangs up at once, and where
 * the end has come already, nothing but asking tells. */
static bool is_taken(struct ctx *ctx, struct session *s, bool ended)
{
	struct deadline d;
	int r = ended ? ERR_EOF : 0;

	ctx_narrow(ctx, &d, END_TIME);
	while (r == 0) {
		stream_drop_input(s->stream);
		r = stream_fill(ctx, s->stream);
	}
	(void)ctx_widen(ctx, &d, r);
	return stream_flush(ctx, s->stream) == 0 && stream_wait_taken(ctx, s->stream) == 0;
}

/* What the client may still read: the reason, in the words of RFC 5321. ERR_RESET: it does not.
 * Where that matters it is found out whether it has what was said before; a client that has heard
 * that may be gone by now. */
static int say_goodbye(struct ctx *ctx, struct session *s, int r)
{
	bool ended = r == ERR_EOF || r == ERR_RESET || r == ERR_TLS;
	struct deadline d;
	int gone = r;

	ctx_shield(ctx, &d, FAREWELL_TIME);
	bool untaken = s->unheard && ended && !is_taken(ctx, s, true);

	if (r == ERR_TIMEOUT && !s->shaking)
		(void)session_say(ctx, s, 421, "4.4.2", "Idle for too long; closing");
	else if (r == ERR_CANCELLED && !s->shaking)
		(void)session_say(ctx, s, 421, "4.3.2", "Going down; try again");
	if (r != ERR_RESET && r != ERR_TLS)
		gone = stream_shutdown(ctx, s->stream);
	if (s->unheard && !ended)
		untaken = !is_taken(ctx, s, false);
	gone = ctx_widen(ctx, &d, gone);
	return untaken ? ERR_RESET : gone;
}

void session_set_peer(struct ctx *ctx, struct session *s, struct ip_port peer)
{
	struct buf text;

	s->peer = peer;
	buf_init(&text, sizeof(s->peer_text));
	ip_port_format(&text, &peer);
	memcpy(s->peer_text, text.p, text.n);
	ctx->log.peer = slice_of(s->peer_text, text.n);
	buf_done(&text);
}

void session_begin(struct ctx *ctx, struct session *s, struct server *server,
	const struct config_listener *listener, struct stream *stream, struct ip_port peer,
	struct ip_port local)
{
	*s = (struct session){
		.server = server,
		.config = config_ref(server->config),
		.listener = listener,
		.service = listener->service == CONFIG_SERVICE_PROXY ? &proxy_service
								     : server->relay,
		.stream = stream,
		.peer = peer,
		.local = local,
		.state = SESSION_GREETED,
	};
	smtp_line_init(&s->line, SMTP_LINE_COMMAND_MAX);
	text_id((uint64_t)clock_wall() << 12 | (s->server->next_session++ & 4095), s->id);
	ctx->log.session = slice_of(s->id, sizeof(s->id));
	session_set_peer(ctx, s, peer);
	cmd_hello_offers(s, &s->caps);
	flow_begin(s);
}

void session_end(struct session *s)
{
	passage_end(s->passage);
	ahead_end(s);
	if (s->introduced)
		nexthop_forget(s->server->nexthop, slice_of(s->id, sizeof(s->id)));
	stream_free(s->stream);
	arena_reset(&s->arena);
	front_end(s);
	flow_end(s);
	config_unref(s->config);
}

int session_serve(struct ctx *ctx, struct server *server, const struct config_listener *listener,
	struct sock *sock, struct ip_port peer, struct ip_port local)
{
	struct session s;

	session_begin(ctx, &s, server, listener, stream_new(sock), peer, local);
	LOG(ctx, EV_CONNECTED, FIELD("listener", listener->name));
	int r = front_read_header(ctx, &s, sock);

	if (r == 0)
		r = handshake(ctx, &s);
	if (r == 0)
		r = converse(ctx, &s);
	const char *why = why_ended(ctx, &s, r);

	session_drop_transaction(ctx, &s, s.state, r == ERR_CANCELLED ? ABORT_STOP : ABORT_CLIENT);
	proxy_doubt_end(ctx, &s, say_goodbye(ctx, &s, r) == ERR_RESET);
	ctx->log.action = NULL;
	LOG(ctx, EV_DISCONNECTED, FIELD_STR("why", why),
		FIELD_INT("bytes-in", stream_bytes_in(s.stream)),
		FIELD_INT("bytes-out", stream_bytes_out(s.stream)));
	session_end(&s);
	return r;
}
