/* Idle connections stand in two lists: those of their key, where the newest is taken first (the
 * others may then run out and be closed), and all of them in the order of becoming idle. */
#include "nexthop/conn.h"

#include <stdlib.h>

#include "base/mem.h"

struct same_key {
	struct list conns; /* newest last */
	size_t n;
};

void nexthop_idle_init(struct nexthop_idle *idle, struct hash_key key)
{
	map_init(&idle->keys, key, false);
	list_init(&idle->all);
	idle->n = 0;
}

void nexthop_idle_done(struct nexthop_idle *idle)
{
	map_done(&idle->keys);
}

void nexthop_idle_put(struct nexthop_idle *idle, struct nexthop_conn *conn)
{
	struct same_key *k = map_get(&idle->keys, conn->target.key);

	if (!k) {
		k = mem_zalloc(sizeof(*k));
		list_init(&k->conns);
		(void)map_set(&idle->keys, conn->target.key, k); /* there was none */
	}
	list_append(&k->conns, &conn->same);
	list_append(&idle->all, &conn->all);
	k->n++;
	idle->n++;
}

void nexthop_idle_remove(struct nexthop_idle *idle, struct nexthop_conn *conn)
{
	struct same_key *k = map_get(&idle->keys, conn->target.key);

	list_remove(&conn->same);
	list_remove(&conn->all);
	idle->n--;
	if (--k->n == 0) {
		(void)map_remove(&idle->keys, conn->target.key);
		free(k);
	}
}

struct nexthop_conn *nexthop_idle_newest(const struct nexthop_idle *idle, struct slice key)
{
	struct same_key *k = map_get(&idle->keys, key);

	return k ? container_of(k->conns.prev, struct nexthop_conn, same) : NULL;
}

struct nexthop_conn *nexthop_idle_older(
	const struct nexthop_idle *idle, const struct nexthop_conn *conn)
{
	struct same_key *k = map_get(&idle->keys, conn->target.key);

	return conn->same.prev == &k->conns
		       ? NULL
		       : container_of(conn->same.prev, struct nexthop_conn, same);
}

size_t nexthop_idle_count(const struct nexthop_idle *idle, struct slice key)
{
	const struct same_key *k = map_get(&idle->keys, key);

	return k ? k->n : 0;
}
