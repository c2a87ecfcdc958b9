/* A whole exchange of the client: the first byte chooses the mechanism, the rest are the server's
 * challenges, base64. A server that does not know the password never passes for one that does. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/client.h"
#include "base/buf.h"
#include "base/text.h"
#include "rt/job.h"
#include "rt/loop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pool *pool;

/* Lines are given raw, since a fuzzer does not write base64; 'R' in the second place is replaced by
 * our nonce, which it cannot guess either. */
static void challenge_of(struct auth_client *c, struct slice line, struct buf *ret)
{
	struct buf raw, first, decoded;

	buf_init(&raw, AUTH_LINE_MAX);
	buf_init(&first, AUTH_LINE_MAX);
	buf_init(&decoded, AUTH_LINE_MAX);
	if (slice_starts(line, S("rR")) && auth_client_initial(c, &first) &&
		text_base64_decode(&decoded, buf_slice(&first))) {
		struct slice all = buf_slice(&decoded);

		buf_put(&raw, slice_skip(all, slice_search(all, S("r="))));
		line = slice_skip(line, 2);
	}
	buf_put(&raw, line);
	text_base64(ret, buf_slice(&raw));
	buf_done(&raw);
	buf_done(&first);
	buf_done(&decoded);
}

static int run(struct ctx *ctx, void *arg)
{
	struct slice *rest = arg;
	enum auth_mech mech = (enum auth_mech)((uint8_t)rest->p[0] % AUTH_MECH_COUNT);
	struct auth_client_env env = { .clear_ok = true };
	enum auth_outcome outcome = AUTH_OK;
	struct auth_client *c = NULL;

	*rest = slice_skip(*rest, 1);
	if (auth_client_new(mech, &env, S("user"), S("pencil"), &c) != AUTH_OK)
		return 0;
	while (rest->n > 0 && outcome == AUTH_OK) {
		struct buf challenge, answer;

		buf_init(&challenge, 4 * AUTH_LINE_MAX);
		buf_init(&answer, 4 * AUTH_LINE_MAX);
		challenge_of(c, slice_split(rest, '\n'), &challenge);
		assert(auth_client_step(ctx, c, pool, buf_slice(&challenge), &answer, &outcome) ==
			0);
		buf_done(&challenge);
		buf_done(&answer);
	}
	if (outcome == AUTH_OK && mech >= AUTH_SCRAM_SHA_256)
		assert(auth_client_done(c, S("dj1BQUFB")) != AUTH_OK);
	auth_client_free(c);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size);

	if (!pool)
		pool = pool_new("keys", 1, 10);
	if (size > 0)
		assert(loop_run("fuzz", run, &rest) == 0);
	return 0;
}
