/* The answer is printed as it comes: a list of a million messages needs no memory here. */
#include "app/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/load.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/config.h"
#include "control/client.h"
#include "control/json.h"
#include "control/request.h"
#include "rt/ctx.h"
#include "rt/loop.h"

#define REPORT_BYTES 65536

struct asking {
	struct ask *ask;
	const struct control_request *request;
	const char *socket;
	const char *spool_path; /* NULL: not known */
	int status;
	bool stopped; /* nobody listens */
};

void ask_print_json(const json_t *value)
{
	struct buf text;

	buf_init(&text, SIZE_MAX / 2);
	control_json_put(&text, value);
	(void)fwrite(text.p, 1, text.n, stdout); /* an error is seen at the end */
	buf_done(&text);
}

/* ---- the conversation ---- */

static int connect_failed(struct asking *g, const struct ctx *ctx, int r)
{
	g->stopped = r == ERR_REFUSED || r == ERR_NOTFOUND;
	if (g->stopped)
		return EX_UNAVAILABLE;
	return args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_TEMPFAIL, g->ask->who,
		"sluice cannot be asked: %s", ctx->err.text ? ctx->err.text : err_name(r));
}

static int missing_workers(const struct asking *g, const json_t *end)
{
	const json_t *list = json_object_get(end, "missing");
	int status = EX_OK;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);

		status = args_fail(EX_TEMPFAIL, g->ask->who,
			"worker %lld is missing in this answer: %.*s",
			(long long)control_json_int(entry, "worker"),
			SLICE_ARG(control_json_get(entry, "why")));
	}
	return status;
}

static int finish(struct asking *g, const json_t *end)
{
	struct slice error = control_json_get(end, "error");
	int status = missing_workers(g, end);

	g->ask->more = json_is_true(json_object_get(end, "more"));
	if (error.n)
		status = args_fail(EX_TEMPFAIL, g->ask->who, "%.*s", SLICE_ARG(error));
	return status;
}

static int ask_main(struct ctx *ctx, void *arg)
{
	struct asking *g = arg;
	struct control_client c;
	int r = control_client_ask(ctx, g->socket, g->request, &c);

	if (r < 0) {
		g->status = connect_failed(g, ctx, r);
		control_client_done(&c);
		return r;
	}
	do {
		r = control_client_next(ctx, &c);
		if (r == 0 && !c.ended)
			g->ask->line(g->ask->arg, c.now);
	} while (r == 0 && !c.ended);
	g->status = r == 0 ? finish(g, c.now)
			   : args_fail(EX_TEMPFAIL, g->ask->who, "the answer broke off: %s",
				     err_name(r));
	control_client_done(&c);
	return r;
}

/* ---- finding the socket ---- */

static int load(struct ask *a, const struct config **ret)
{
	struct buf text;

	buf_init(&text, REPORT_BYTES);
	int r = load_config(a->config_path ? a->config_path : COMMANDS_CONFIG_FILE, &text, ret);

	if (r < 0)
		fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
	return r < 0 ? EX_CONFIG : EX_OK;
}

static int ask_nobody(const struct asking *g)
{
	if (g->ask->offline && g->spool_path)
		return g->ask->offline(g->ask->arg, g->spool_path);
	return args_fail(EX_UNAVAILABLE, g->ask->who, "sluice does not run: nobody listens on %s",
		g->socket);
}

int ask_run(struct ask *a, const struct control_request *request)
{
	struct asking g = { .ask = a, .request = request, .socket = a->socket };
	const struct config *config = NULL;

	if (a->socket == NULL) {
		g.status = load(a, &config);
		if (g.status != EX_OK)
			return g.status;
		g.socket = config->admin.socket.p;
		g.spool_path = config->spool.path.p;
	}
	(void)loop_run("ask", ask_main, &g);
	if (g.stopped) /* files are read outside of the loop */
		g.status = ask_nobody(&g);
	config_unref(config);
	if (fflush(stdout) != 0 && g.status == EX_OK)
		g.status = args_fail(EX_IOERR, a->who, "the output cannot be written");
	return g.status;
}
