/* The whole client against whatever a server may say: opening, log-in, two messages. The input is
 * what it says; a NUL ends what it says at once, so that the fuzzer decides on turns. */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "client/client.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "client/script.h"

static const char content[] = "Subject: x\r\n\r\n.dot\r\n";

static int login_begin(struct ctx *ctx, void *arg, const struct smtp_caps *offered,
	const struct stream *stream, bool clear_ok, const char **ret_mech, struct buf *ret)
{
	(void)arg;
	(void)stream;
	(void)clear_ok;
	(void)ret;
	if (!smtp_caps_has(offered, SMTP_CAP_AUTH))
		return ctx_fail(ctx, ERR_AUTH, "fuzz", "not offered");
	*ret_mech = "LOGIN";
	return 0;
}

static int login_step(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	(void)ctx;
	(void)arg;
	buf_put(ret, challenge);
	return 0;
}

static int login_done(struct ctx *ctx, void *arg, struct slice text)
{
	(void)ctx;
	(void)arg;
	(void)text;
	return 0;
}

static void login_end(void *arg)
{
	(void)arg;
}

static int next_piece(struct ctx *ctx, void *arg, struct slice *ret)
{
	size_t *at = arg;

	(void)ctx;
	*ret = slice_take(slice_skip(slice_of(content, sizeof(content) - 1), *at), 5);
	*at += ret->n;
	return 0;
}

static void rewind_pieces(void *arg)
{
	*(size_t *)arg = 0;
}

static void send_one(struct ctx *ctx, struct client *client, const struct script *script)
{
	static const struct client_rcpt rcpts[] = { { .path = SLICE("a@b.example") },
		{ .path = SLICE("c@d.example") } };
	size_t at = 0, before = script->heard.n;
	const struct client_message m = {
		.reverse_path = S("x@y.example"),
		.rcpts = rcpts,
		.n = 2,
		.size = sizeof(content) - 1,
		.arg = &at,
		.next = next_piece,
		.rewind = rewind_pieces,
	};
	struct client_result results[2];
	struct client_failure failure = { 0 };
	int r = client_send(ctx, client, &m, results, &failure);
	struct slice heard = slice_skip(buf_slice(&script->heard), before);

	assert(r == 0 || !client_reusable(client));
	assert(r == 0 || failure.text);
	for (size_t i = 0; i < 2; i++) {
		assert(results[i].status.class != 0);
		assert(results[i].reply.code || results[i].text);
		/* Nothing is delivered that was not sent to its end. */
		if (results[i].outcome == CLIENT_DELIVERED)
			assert(slice_search(heard, S("dot\r\n")) < heard.n);
	}
}

static int talk(struct ctx *ctx, void *arg)
{
	const struct slice *input = arg;
	const struct client_login login = { NULL, login_begin, login_step, login_done, login_end };
	struct script script = { .hangs = true };
	struct slice text = slice_skip(*input, 1);
	unsigned choice = (unsigned char)input->p[0];
	struct client_settings settings = {
		.protocol = choice & 1 ? CLIENT_LMTP : CLIENT_SMTP,
		.helo = S("us.example"),
		.server_name = S("mx.example"),
		.login = choice & 2 ? &login : NULL,
		.timeouts = client_timeouts_default,
	};
	struct client_failure failure = { 0 };
	struct client *client = NULL;
	int r;

	r = client_open(ctx, script_stream(&script, text, '\0'), &settings, &client, &failure);
	assert(r == 0 || (failure.why != CLIENT_OK && failure.text));
	for (int i = 0; r == 0 && i < 2 && client_reusable(client); i++)
		send_one(ctx, client, &script);
	client_quit(ctx, client);
	buf_done(&script.heard);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_of(data, size);

	if (size > 0)
		(void)loop_run("fuzz", talk, &input);
	return 0;
}
