/* The pure readers of SASL messages: slices stay inside the message, lengths within their limits. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/mech.h"
#include "auth/message.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice s, struct slice whole)
{
	assert(s.n == 0 || (s.p >= whole.p && s.p + s.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice whole = slice_of(data, size);
	struct auth_scram_first first;
	struct auth_plain plain;
	struct buf name;
	uint64_t rounds;

	if (auth_message_plain(whole, &plain) == 0) {
		inside(plain.authzid, whole);
		inside(plain.authcid, whole);
		inside(plain.password, whole);
		assert(plain.authcid.n > 0 && plain.authcid.n <= AUTH_NAME_MAX);
		assert(plain.password.n > 0 && plain.password.n <= AUTH_PASSWORD_MAX);
	}
	buf_init(&name, AUTH_NAME_MAX);
	if (auth_message_scram_first(whole, &first) == 0) {
		inside(first.authzid, whole);
		inside(first.name, whole);
		inside(first.binding, whole);
		if (auth_message_saslname(first.name, &name) == 0)
			assert(name.n > 0 && name.n <= first.name.n);
	}
	buf_done(&name);
	(void)auth_message_scram_rounds(whole, &rounds);
	return 0;
}
