/* A whole exchange of the server: the first byte chooses the mechanism and whether there is an
 * initial response, the rest are the client's lines. Nobody may get in who does not know the
 * password, which the seeds do. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/server.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "rt/loop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define USERS                                                                                      \
	"ann:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"                                        \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n"                                           \
	"bob:!$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5\n"

static struct auth_server *server;

static int next_line(struct ctx *ctx, void *arg, struct slice challenge, struct buf *ret)
{
	struct slice *rest = arg;

	(void)ctx, (void)challenge;
	if (rest->n == 0)
		return ERR_EOF;
	buf_put(ret, slice_take(slice_split(rest, '\n'), AUTH_LINE_MAX));
	return 0;
}

static int run(struct ctx *ctx, void *arg)
{
	struct slice *rest = arg;
	uint8_t choice = (uint8_t)rest->p[0];
	struct auth_request req = { .offers = ~0U,
		.ask = next_line,
		.arg = rest,
		.client = { .family = IP_V4, .b = { 192, 0, 2, 1 } } };
	struct auth_result result;
	int r;

	*rest = slice_skip(*rest, 1);
	req.mechanism = slice_str(
		auth_mech_name((enum auth_mech)((choice & 127) % (AUTH_MECH_COUNT + 1))));
	req.has_initial = choice & 128;
	if (req.has_initial)
		req.initial = slice_split(rest, '\n');
	r = auth_server_run(ctx, server, &req, &result);
	assert(r == 0 || r == ERR_EOF);
	if (r == 0 && result.outcome == AUTH_OK)
		assert(slice_eq(slice_str(result.name), S("ann")));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);

	if (!server) {
		struct auth_settings settings = { .refuse_after = UINT32_MAX };
		struct auth_users *users = NULL;
		struct buf why;

		buf_init(&why, 100);
		(void)auth_users_parse(S(USERS), "users", &why, &users);
		server = auth_server_new(&settings, users);
		auth_users_unref(users);
		buf_done(&why);
	}
	if (size > 0)
		assert(loop_run("fuzz", run, &rest) == 0);
	return 0;
}
