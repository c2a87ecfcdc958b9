/* Each unsynced sector keeps its content after every write since the last sync, so that a power cut
 * can leave any of them: the old bytes, the newest, or those in between, each sector on its own.
 * Folders keep their changes as a list and apply some of them. */
#include "rt/sim/inode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define VERSIONS_KEPT 6 /* of one sector; a middle one is forgotten beyond that */
#define SIZES_GROUP   UINT64_MAX

static const struct hash_key no_key;

struct inode *inode_new(struct list *all, unsigned id, bool folder, struct slice name)
{
	struct inode *node = mem_zalloc(sizeof(*node));

	node->id = id;
	node->folder = folder;
	node->name = mem_strdup(name);
	map_init(&node->dirty, no_key, false);
	map_init(&node->entries, no_key, false);
	map_init(&node->kept_entries, no_key, false);
	list_append(all, &node->all);
	return node;
}

struct inode *inode_ref(struct inode *node)
{
	node->refs++;
	return node;
}

static void dirty_free(struct dirty *d)
{
	free(d->v);
	free(d);
}

static void forget_dirty(struct inode *node)
{
	const struct map_entry *e;
	size_t at = 0;

	while ((e = map_next(&node->dirty, &at)))
		dirty_free(e->value);
	map_done(&node->dirty);
	node->sizes_n = 0;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the folders of a simulated disk */
static void forget_entries(struct map *entries)
{
	const struct map_entry *e;
	size_t at = 0;

	while ((e = map_next(entries, &at)))
		inode_unref(e->value);
	map_done(entries);
}

static void change_done(struct entry_change *c)
{
	free(c->name);
	free(c->gone);
	inode_unref(c->node);
}

static void forget_changes(struct inode *node)
{
	for (size_t i = 0; i < node->changes_n; i++)
		change_done(&node->changes[i]);
	node->changes_n = 0;
}

void inode_unref(struct inode *node)
{
	if (node == NULL || --node->refs > 0)
		return;
	list_remove(&node->all);
	forget_dirty(node);
	forget_changes(node);
	forget_entries(&node->entries);
	forget_entries(&node->kept_entries);
	free(node->now.p);
	free(node->kept.p);
	free(node->sizes);
	free(node->changes);
	free(node->name);
	free(node);
}
/* NOLINTEND(misc-no-recursion) */

/* ---- bytes ---- */

/* Room for n bytes; new room is zero. Does not change the size. */
static void content_reserve(struct content *c, size_t n)
{
	if (n <= c->cap)
		return;
	size_t cap = c->cap ? c->cap : 4096;

	while (cap < n)
		cap *= 2;
	c->p = mem_resize(c->p, cap);
	memset(c->p + c->cap, 0, cap - c->cap);
	c->cap = cap;
}

static void size_note(struct inode *node, uint64_t seq, uint64_t size)
{
	if (node->sizes_n == node->sizes_cap) {
		node->sizes_cap = node->sizes_cap ? node->sizes_cap * 2 : 4;
		node->sizes = mem_resize(node->sizes, node->sizes_cap * sizeof(*node->sizes));
	}
	node->sizes[node->sizes_n++] = (struct size_change){ seq, size };
}

static void sector_note(struct inode *node, uint64_t seq, uint64_t sector)
{
	struct dirty *d = map_get_u64(&node->dirty, sector);

	if (d == NULL) {
		d = mem_zalloc(sizeof(*d));
		map_set_u64(&node->dirty, sector, d);
	}
	if (d->n == VERSIONS_KEPT) {
		memmove(&d->v[1], &d->v[2], (d->n - 2) * sizeof(*d->v));
		d->n--;
	}
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 1;
		d->v = mem_resize(d->v, d->cap * sizeof(*d->v));
	}
	struct version *v = &d->v[d->n++];

	v->seq = seq;
	memcpy(v->bytes, node->now.p + sector * SECTOR_BYTES, SECTOR_BYTES);
}

static void note_range(struct inode *node, uint64_t seq, uint64_t offset, uint64_t n)
{
	if (n == 0)
		return;
	content_reserve(&node->now, ((offset + n - 1) / SECTOR_BYTES + 1) * SECTOR_BYTES);
	for (uint64_t s = offset / SECTOR_BYTES; s <= (offset + n - 1) / SECTOR_BYTES; s++)
		sector_note(node, seq, s);
}

void inode_write(struct inode *node, uint64_t seq, struct slice s, uint64_t offset)
{
	if (s.n == 0)
		return;
	content_reserve(&node->now, offset + s.n);
	memcpy(node->now.p + offset, s.p, s.n);
	if (offset + s.n > node->now.n) {
		node->now.n = offset + s.n;
		size_note(node, seq, node->now.n);
	}
	note_range(node, seq, offset, s.n);
}

void inode_truncate(struct inode *node, uint64_t seq, uint64_t size)
{
	uint64_t old = node->now.n;

	content_reserve(&node->now, size);
	if (size < old)
		memset(node->now.p + size, 0, old - size);
	node->now.n = size;
	size_note(node, seq, size);
	if (size < old)
		note_range(node, seq, size, old - size);
}

static void keep_sector(struct inode *node, uint64_t sector, const char *bytes)
{
	content_reserve(&node->kept, (sector + 1) * SECTOR_BYTES);
	memcpy(node->kept.p + sector * SECTOR_BYTES, bytes, SECTOR_BYTES);
}

/* Stores the newest version up to seq (if keep) and forgets those up to seq. */
static void settle(struct inode *node, uint64_t sector, struct dirty *d, uint64_t seq, bool keep)
{
	unsigned n = 0;

	while (n < d->n && d->v[n].seq <= seq)
		n++;
	if (n == 0)
		return;
	if (keep)
		keep_sector(node, sector, d->v[n - 1].bytes);
	memmove(&d->v[0], &d->v[n], (d->n - n) * sizeof(*d->v));
	d->n -= n;
	if (d->n == 0) {
		map_remove_u64(&node->dirty, sector);
		dirty_free(d);
	}
}

static void settle_size(struct inode *node, uint64_t seq)
{
	size_t n = 0;

	while (n < node->sizes_n && node->sizes[n].seq <= seq)
		n++;
	if (n == 0)
		return;
	node->kept.n = node->sizes[n - 1].size;
	content_reserve(&node->kept, node->kept.n);
	memmove(node->sizes, node->sizes + n, (node->sizes_n - n) * sizeof(*node->sizes));
	node->sizes_n -= n;
}

/* A file that grew is durable up to the end of what is: a size that lies behind bytes still to be
 * written is not. */
static void settle_size_to(struct inode *node, uint64_t seq, uint64_t end)
{
	bool shrinks = node->sizes_n && node->sizes[0].size < node->kept.n;

	if (end >= node->now.n || shrinks) {
		settle_size(node, seq);
		return;
	}
	while (node->sizes_n && node->sizes[0].seq <= seq && node->sizes[0].size <= end)
		settle_size(node, node->sizes[0].seq);
	if (node->sizes_n && node->sizes[0].seq <= seq && node->kept.n < end) {
		node->kept.n = end;
		content_reserve(&node->kept, end);
	}
}

/* As Linux does for a write with RWF_DSYNC: pages outside the range are not touched, whether it
 * works or fails. */
static void sync_range(
	struct inode *node, uint64_t seq, uint64_t offset, uint64_t n, bool (*save)(void))
{
	const struct map_entry *e;
	uint64_t first = offset / SECTOR_BYTES;
	uint64_t last = n > UINT64_MAX - offset ? UINT64_MAX : (offset + n - 1) / SECTOR_BYTES;
	size_t at = 0;

	settle_size_to(node, seq, n > UINT64_MAX - offset ? UINT64_MAX : offset + n);
	while ((e = map_next(&node->dirty, &at)))
		if (e->number >= first && e->number <= last)
			settle(node, e->number, e->value, seq, save());
}

static bool always(void)
{
	return true;
}

void inode_sync(struct inode *node, uint64_t seq, uint64_t offset, uint64_t n)
{
	sync_range(node, seq, offset, n, always);
}

void inode_sync_failed(
	struct inode *node, uint64_t seq, uint64_t offset, uint64_t n, bool (*save)(void))
{
	sync_range(node, seq, offset, n, save);
}

void inode_drop_cache(struct inode *node, uint64_t offset, uint64_t n)
{
	uint64_t end = n > UINT64_MAX - offset ? UINT64_MAX : offset + n;

	if (end > node->now.n)
		end = node->now.n;
	for (uint64_t s = offset / SECTOR_BYTES; s * SECTOR_BYTES < end; s++) {
		size_t from = s * SECTOR_BYTES, bytes = SECTOR_BYTES;

		if (map_get_u64(&node->dirty, s))
			continue;
		if (from + bytes > node->now.n)
			bytes = node->now.n - from;
		content_reserve(&node->kept, from + bytes);
		memcpy(node->now.p + from, node->kept.p + from, bytes);
	}
}

/* ---- folders ---- */

static void entry_set(struct map *entries, struct slice name, struct inode *node)
{
	inode_unref(node ? map_set(entries, name, inode_ref(node)) : map_remove(entries, name));
}

/* The change owns a reference to its node. */
static void change_note(struct inode *folder, const struct entry_change *c)
{
	if (folder->changes_n == folder->changes_cap) {
		folder->changes_cap = folder->changes_cap ? folder->changes_cap * 2 : 4;
		folder->changes = mem_resize(
			folder->changes, folder->changes_cap * sizeof(*folder->changes));
	}
	folder->changes[folder->changes_n++] = *c;
}

struct inode *inode_entry(const struct inode *folder, struct slice name)
{
	return map_get(&folder->entries, name);
}

void inode_link(struct inode *folder, uint64_t seq, struct slice name, struct inode *node)
{
	entry_set(&folder->entries, name, node);
	change_note(folder, &(struct entry_change){
				    .seq = seq,
				    .name = mem_strdup(name),
				    .node = inode_ref(node),
			    });
}

void inode_unlink(struct inode *folder, uint64_t seq, struct slice name)
{
	change_note(folder, &(struct entry_change){ .seq = seq, .name = mem_strdup(name) });
	entry_set(&folder->entries, name, NULL);
}

void inode_rename(struct inode *folder, uint64_t seq, struct slice from, struct slice to)
{
	struct inode *node = inode_entry(folder, from);

	change_note(folder, &(struct entry_change){
				    .seq = seq,
				    .name = mem_strdup(to),
				    .node = inode_ref(node),
				    .gone = mem_strdup(from),
			    });
	free(node->name);
	node->name = mem_strdup(to);
	entry_set(&folder->entries, to, node);
	entry_set(&folder->entries, from, NULL);
}

static void change_apply(struct map *entries, const struct entry_change *c)
{
	if (c->gone)
		entry_set(entries, slice_str(c->gone), NULL);
	entry_set(entries, slice_str(c->name), c->node);
}

void inode_sync_folder(struct inode *folder, uint64_t seq)
{
	size_t n = 0;

	while (n < folder->changes_n && folder->changes[n].seq <= seq) {
		change_apply(&folder->kept_entries, &folder->changes[n]);
		change_done(&folder->changes[n]);
		n++;
	}
	if (n == 0)
		return;
	memmove(folder->changes, folder->changes + n,
		(folder->changes_n - n) * sizeof(*folder->changes));
	folder->changes_n -= n;
}

/* ---- the power cut ---- */

static uint64_t cut_sectors(struct inode *node, const struct loss *loss)
{
	const struct map_entry *e;
	size_t at = 0;
	uint64_t lost = 0;

	while ((e = map_next(&node->dirty, &at))) {
		struct dirty *d = e->value;
		uint64_t keep = loss->keep_up_to(loss->arg, e->number / loss->group_sectors,
			d->v[0].seq, d->v[d->n - 1].seq);

		lost += keep < d->v[d->n - 1].seq;
		settle(node, e->number, d, keep, true);
	}
	return lost;
}

static void cut_size(struct inode *node, const struct loss *loss)
{
	if (node->sizes_n == 0)
		return;
	settle_size(node, loss->keep_up_to(loss->arg, SIZES_GROUP, node->sizes[0].seq,
				  node->sizes[node->sizes_n - 1].seq));
}

static uint64_t cut_folder(struct inode *folder, const struct loss *loss)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < folder->changes_n; i++) {
		struct entry_change *c = &folder->changes[i];

		if (loss->keep_up_to(loss->arg, i, c->seq, c->seq) >= c->seq)
			change_apply(&folder->kept_entries, c);
		else
			lost++;
	}
	return lost;
}

static void see_kept_entries(struct inode *folder)
{
	const struct map_entry *e;
	size_t at = 0;

	forget_entries(&folder->entries);
	while ((e = map_next(&folder->kept_entries, &at)))
		entry_set(&folder->entries, e->key, e->value);
}

uint64_t inode_power_cut(struct inode *node, const struct loss *loss)
{
	uint64_t lost;

	inode_ref(node);
	node->lock = NULL;
	if (node->folder) {
		lost = cut_folder(node, loss);
		see_kept_entries(node);
		forget_changes(node);
	} else {
		lost = cut_sectors(node, loss);
		cut_size(node, loss);
		forget_dirty(node);
		/* Beyond its end a file has no bytes: growing it again must show zeros. */
		if (node->kept.cap > node->kept.n)
			memset(node->kept.p + node->kept.n, 0, node->kept.cap - node->kept.n);
		node->now.n = 0;
		content_reserve(&node->now, node->kept.cap);
		if (node->now.cap)
			memset(node->now.p, 0, node->now.cap);
		if (node->kept.n)
			memcpy(node->now.p, node->kept.p, node->kept.n);
		node->now.n = node->kept.n;
	}
	inode_unref(node);
	return lost;
}
