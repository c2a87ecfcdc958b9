/* Hops without a file of their own trust the system's authorities, which are read once, since that
 * takes long. */
#include "nexthop/authorities.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/config.h"
#include "rt/tls.h"

struct nexthop_authority {
	const struct config_hops *hops; /* NULL: everybody else's */
	struct tls_client *client;
};

int nexthop_authorities_load(const struct config *config, struct tls_client *system,
	struct buf *why, struct nexthop_authorities *ret)
{
	struct nexthop_authorities a = { .v = mem_zalloc((config->hops.n + 1) * sizeof(*a.v)) };
	int r = 0;

	for (size_t i = 0; i < config->hops.n && r == 0; i++) {
		const struct config_hops *hops = &config->hops.v[i];

		if (hops->ca_file.path.n == 0)
			continue;
		a.v[a.n].hops = hops;
		r = tls_client_new(hops->ca_file.content, why, &a.v[a.n].client);
		a.n += r == 0;
	}
	if (r == 0 && system)
		a.v[a.n].client = tls_client_ref(system);
	else if (r == 0)
		r = tls_client_new(SLICE_NIL, why, &a.v[a.n].client);
	a.n += r == 0;
	if (r < 0) {
		nexthop_authorities_done(&a);
		return r;
	}
	a.system = system ? tls_client_ref(system) : NULL;
	*ret = a;
	return 0;
}

void nexthop_authorities_done(struct nexthop_authorities *a)
{
	for (size_t i = 0; i < a->n; i++)
		tls_client_unref(a->v[i].client);
	free(a->v);
	if (a->system)
		tls_client_unref(a->system);
}

/* By name: a connection may have begun under a former configuration. */
struct tls_client *nexthop_authorities_of(
	const struct nexthop_authorities *a, const struct config_hops *hops)
{
	for (size_t i = 0; hops && i + 1 < a->n; i++)
		if (slice_eq_nocase(a->v[i].hops->name, hops->name))
			return a->v[i].client;
	return a->v[a->n - 1].client;
}
