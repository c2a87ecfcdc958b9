/* Names of mechanisms and outcomes in one table each. */
#include "auth/mech.h"

static const char *const names[AUTH_MECH_COUNT] = {
	[AUTH_LOGIN] = "LOGIN",
	[AUTH_PLAIN] = "PLAIN",
	[AUTH_CRAM_MD5] = "CRAM-MD5",
	[AUTH_SCRAM_SHA_256] = "SCRAM-SHA-256",
	[AUTH_SCRAM_SHA_256_PLUS] = "SCRAM-SHA-256-PLUS",
};

const char *auth_mech_name(enum auth_mech mech)
{
	return mech < AUTH_MECH_COUNT ? names[mech] : "none";
}

enum auth_mech auth_mech_parse(struct slice name)
{
	for (unsigned i = 0; i < AUTH_MECH_COUNT; i++)
		if (slice_eq_nocase(name, slice_str(names[i])))
			return (enum auth_mech)i;
	return AUTH_MECH_COUNT;
}

unsigned auth_mech_parse_list(struct slice text)
{
	unsigned set = 0;

	while (text.n > 0) {
		enum auth_mech mech = auth_mech_parse(slice_split(&text, ' '));

		if (mech != AUTH_MECH_COUNT)
			set |= AUTH_BIT(mech);
	}
	return set;
}

const char *auth_outcome_name(enum auth_outcome outcome)
{
	switch (outcome) {
	case AUTH_OK:
		return "ok";
	case AUTH_WRONG:
		return "wrong";
	case AUTH_BUSY:
		return "busy";
	case AUTH_CANCELLED:
		return "cancelled";
	case AUTH_SYNTAX:
		return "syntax";
	case AUTH_UNSUPPORTED:
		return "unsupported";
	case AUTH_DISABLED:
		return "disabled";
	case AUTH_REFUSED:
		return "refused";
	case AUTH_FAULT:
		return "fault";
	}
	return "unknown";
}
