/* The file of users: whatever parses can be looked up, and its secrets survive a round trip. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/users.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct auth_users *u = NULL;
	struct buf why;

	buf_init(&why, 1000);
	if (auth_users_parse(slice_of(data, size), "users", &why, &u) == 0) {
		for (size_t i = 0; i < auth_users_count(u); i++) {
			const struct auth_user *user = auth_users_at(u, i);

			assert(auth_users_find(u, user->name) == user);
			(void)auth_user_may_send(user, S("a@example.org"));
		}
		auth_users_unref(u);
	} else {
		assert(why.n > 0);
	}
	buf_done(&why);
	return 0;
}
