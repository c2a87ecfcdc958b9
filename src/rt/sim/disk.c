/* Faults, hooks and power cuts of disks. What a cut leaves is decided in one place, keep_up_to: a
 * number such that changes up to it survive, drawn for the whole disk or for each sector. */
#include "rt/sim/disk.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/sim/draw.h"
#include "rt/sim/host.h"
#include "rt/sim/job.h"
#include "rt/sim/trace.h"

#define FIRST_CAPACITY ((uint64_t)1 << 30)
#define FIRST_SYNC_MIN 50
#define FIRST_SYNC_MAX (3 * USEC_PER_MSEC)
#define OP_PAUSE_MAX   80 /* us before each operation takes effect */

static struct {
	void (*hook)(void *arg, const struct sim_disk_op *op);
	void *arg;
} watcher;

static const char *const kind_names[SIM_DISK_KINDS] = {
	[SIM_DISK_OPEN] = "open",
	[SIM_DISK_CREATE] = "create",
	[SIM_DISK_READ] = "read",
	[SIM_DISK_WRITE] = "write",
	[SIM_DISK_WRITE_DURABLE] = "durable write",
	[SIM_DISK_SYNC] = "sync",
	[SIM_DISK_SYNC_DIR] = "folder sync",
	[SIM_DISK_TRUNCATE] = "truncate",
	[SIM_DISK_RENAME] = "rename",
	[SIM_DISK_REMOVE] = "remove",
	[SIM_DISK_LIST] = "list",
	[SIM_DISK_LOCK] = "lock",
};

const char *sim_disk_kind_name(enum sim_disk_kind kind)
{
	return kind_names[kind];
}

struct disk *disk_new(struct sim_host *h)
{
	struct disk *d = mem_zalloc(sizeof(*d));

	d->host = h;
	d->capacity = FIRST_CAPACITY;
	d->sector = SECTOR_BYTES;
	d->sync_min = FIRST_SYNC_MIN;
	d->sync_max = FIRST_SYNC_MAX;
	list_init(&d->inodes);
	d->root = inode_ref(disk_inode_new(d, true, S("/")));
	return d;
}

void disk_free(struct disk *d)
{
	inode_unref(d->root);
	free(d);
}

struct inode *disk_inode_new(struct disk *d, bool folder, struct slice name)
{
	return inode_new(&d->inodes, d->inodes_n++, folder, name);
}

uint64_t disk_used(const struct disk *d)
{
	uint64_t used = 0;

	list_each (it, &d->inodes)
		used += container_of(it, struct inode, all)->now.n;
	return used;
}

struct inode *disk_find(struct inode *from, struct slice path)
{
	struct inode *node = from;

	while (path.n && node) {
		struct slice name = slice_split(&path, '/');

		if (name.n && !slice_eq(name, S(".")))
			node = node->folder ? inode_entry(node, name) : NULL;
	}
	return node;
}

/* ---- operations ---- */

static int planned_fault(struct disk *d, enum sim_disk_kind kind)
{
	int err = 0;

	for (unsigned i = 0; i < DISK_FAULTS; i++) {
		struct disk_fault *f = &d->faults[i];

		if (f->in && f->kind == kind && --f->in == 0)
			err = f->err;
	}
	return err;
}

static void tell(struct sim_disk_op *op, bool after)
{
	struct disk *d = op->host->disk;

	op->after = after;
	if (watcher.hook)
		watcher.hook(watcher.arg, op);
	if (d->cut_at == op->number && d->cut_after == after && sim_host_is_up(op->host))
		sim_power_cut(op->host);
}

int disk_begin(struct job *job, struct disk *d, struct sim_disk_op *op, int *ret_fault)
{
	if (host_proc()->dead)
		return ERR_CANCELLED;
	job_pause(job, draw_time(DRAW_DISK, 0, OP_PAUSE_MAX));
	if (host_proc()->dead)
		return ERR_CANCELLED;
	op->host = d->host;
	op->number = ++d->ops;
	trace(TRACE_DISK, d->host->id, op->number, op->kind);
	trace_bytes(TRACE_DISK_AT, op->offset, op->n, slice_str(op->name));
	op->error = *ret_fault = planned_fault(d, op->kind);
	tell(op, false);
	return host_proc()->dead ? ERR_CANCELLED : 0;
}

int disk_end(struct sim_disk_op *op, int result)
{
	op->error = result;
	if (!host_proc()->dead)
		tell(op, true);
	return host_proc()->dead ? ERR_CANCELLED : result;
}

/* ---- the power cut ---- */

struct cut {
	enum sim_disk_loss loss;
	uint64_t tail; /* LOSE_TAIL: changes up to this one are kept */
	uint64_t group, group_keeps; /* LOSE_SOME: the last group and its fate */
};

static uint64_t draw_one(uint64_t first, uint64_t last)
{
	switch (draw_below(DRAW_DISK, 3)) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	default:
		return first + draw_below(DRAW_DISK, last - first + 1);
	}
}

static uint64_t keep_up_to(void *arg, uint64_t group, uint64_t first, uint64_t last)
{
	struct cut *cut = arg;

	if (cut->loss == SIM_LOSE_ALL)
		return 0;
	if (cut->loss == SIM_LOSE_NONE)
		return UINT64_MAX;
	if (cut->loss == SIM_LOSE_TAIL)
		return cut->tail;
	if (group != cut->group) {
		cut->group = group;
		cut->group_keeps = draw_one(first, last);
	}
	return cut->group_keeps;
}

static void lower_first(uint64_t *first, uint64_t seq)
{
	if (seq < *first)
		*first = seq;
}

/* The oldest change that is not durable, or the next one to come. */
static uint64_t first_pending(struct disk *d)
{
	uint64_t first = d->seq + 1;

	list_each (it, &d->inodes) {
		struct inode *node = container_of(it, struct inode, all);
		const struct map_entry *e;
		size_t at = 0;

		while ((e = map_next(&node->dirty, &at)))
			lower_first(&first, ((struct dirty *)e->value)->v[0].seq);
		if (node->sizes_n)
			lower_first(&first, node->sizes[0].seq);
		if (node->changes_n)
			lower_first(&first, node->changes[0].seq);
	}
	return first;
}

static struct cut cut_choose(struct disk *d)
{
	static const enum sim_disk_loss by_seed[] = { SIM_LOSE_ALL, SIM_LOSE_NONE, SIM_LOSE_TAIL,
		SIM_LOSE_TAIL, SIM_LOSE_SOME, SIM_LOSE_SOME };
	uint64_t first = first_pending(d);
	struct cut cut = { .loss = d->loss };

	if (cut.loss == SIM_LOSE_BY_SEED)
		cut.loss = by_seed[draw_below(DRAW_DISK, sizeof(by_seed) / sizeof(by_seed[0]))];
	cut.tail = first - 1 + draw_below(DRAW_DISK, d->seq - first + 2);
	return cut;
}

void disk_power_cut(struct disk *d)
{
	struct cut cut = cut_choose(d);
	struct loss loss = { keep_up_to, &cut, d->sector / (unsigned)SECTOR_BYTES };
	struct inode **all = mem_alloc(sizeof(struct inode *) * (d->inodes_n + 1));
	size_t n = 0;
	uint64_t lost = 0;

	/* The list shrinks on the way: what lost its last name goes. */
	list_each (it, &d->inodes)
		all[n++] = inode_ref(container_of(it, struct inode, all));
	for (size_t i = 0; i < n; i++) {
		cut.group = UINT64_MAX - 1;
		lost += inode_power_cut(all[i], &loss);
	}
	for (size_t i = 0; i < n; i++)
		inode_unref(all[i]);
	free(all);
	trace(TRACE_DISK_LOSS, d->host->id, cut.loss, lost);
}

/* ---- what tests set ---- */

void sim_disk_on_op(void (*hook)(void *arg, const struct sim_disk_op *op), void *arg)
{
	watcher.hook = hook;
	watcher.arg = arg;
}

uint64_t sim_disk_ops(const struct sim_host *h)
{
	return h->disk->ops;
}

void sim_disk_cut_at(struct sim_host *h, uint64_t number, bool after)
{
	h->disk->cut_at = number;
	h->disk->cut_after = after;
}

void sim_disk_fail(struct sim_host *h, enum sim_disk_kind kind, uint64_t nth, int err)
{
	for (unsigned i = 0; i < DISK_FAULTS; i++) {
		if (h->disk->faults[i].in == 0) {
			h->disk->faults[i] = (struct disk_fault){ kind, nth, err };
			return;
		}
	}
	assert(false && "more planned disk faults than DISK_FAULTS");
}

void sim_disk_forget(struct sim_host *h)
{
	memset(h->disk->faults, 0, sizeof(h->disk->faults));
}

void sim_disk_set_capacity(struct sim_host *h, uint64_t bytes)
{
	h->disk->capacity = bytes;
}

void sim_disk_set_sector(struct sim_host *h, unsigned bytes)
{
	assert(bytes == 512 || bytes == 4096);
	h->disk->sector = bytes;
}

void sim_disk_set_sync_time(struct sim_host *h, usec_t least, usec_t most)
{
	h->disk->sync_min = least;
	h->disk->sync_max = most;
}

void sim_disk_set_loss(struct sim_host *h, enum sim_disk_loss loss)
{
	h->disk->loss = loss;
}

int sim_disk_flip(struct sim_host *h, const char *path, uint64_t byte, unsigned bit)
{
	struct inode *node = disk_find(h->disk->root, slice_str(path));

	if (node == NULL || node->folder || byte >= node->now.n)
		return ERR_NOTFOUND;
	node->now.p[byte] = (char)(node->now.p[byte] ^ 1 << bit);
	if (byte < node->kept.cap)
		node->kept.p[byte] = (char)(node->kept.p[byte] ^ 1 << bit);
	return 0;
}

int sim_disk_read(const struct sim_host *h, const char *path, struct buf *ret)
{
	struct inode *node = disk_find(h->disk->root, slice_str(path));

	if (node == NULL || node->folder)
		return ERR_NOTFOUND;
	buf_put(ret, slice_of(node->now.p, node->now.n));
	return 0;
}

static struct inode *make_entry(struct disk *d, struct inode *folder, struct slice name, bool sub)
{
	struct inode *node = inode_entry(folder, name);

	if (node == NULL) {
		node = disk_inode_new(d, sub, name);
		inode_link(folder, ++d->seq, name, node);
		inode_sync_folder(folder, d->seq);
	}
	return node;
}

void sim_disk_write(struct sim_host *h, const char *path, struct slice content)
{
	struct slice rest = slice_str(path);
	struct inode *node = h->disk->root;

	while (rest.n) {
		struct slice name = slice_split(&rest, '/');

		if (name.n)
			node = make_entry(h->disk, node, name, rest.n > 0);
	}
	inode_truncate(node, ++h->disk->seq, 0);
	inode_write(node, ++h->disk->seq, content, 0);
	inode_sync(node, h->disk->seq, 0, UINT64_MAX);
}

/* ---- listing: the tree is walked with the names still to visit kept as text ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The entries of a folder, sorted, with `prefix` in front: each freed by the caller, as the
 * array. */
static char **paths_in(const struct inode *folder, const char *prefix, size_t *ret_n)
{
	char **v = mem_alloc(sizeof(char *) * (folder->entries.live + 1));
	const struct map_entry *e;
	size_t at = 0, n = 0;

	while ((e = map_next(&folder->entries, &at))) {
		struct buf path;

		buf_init(&path, SIZE_MAX / 2);
		buf_printf(&path, "%s%.*s", prefix, SLICE_ARG(e->key));
		v[n++] = mem_strdup(buf_slice(&path));
		buf_done(&path);
	}
	qsort(v, n, sizeof(*v), by_name);
	*ret_n = n;
	return v;
}

static void list_folder(struct disk *d, const char *prefix, struct buf *ret, struct buf *todo)
{
	struct inode *folder = disk_find(d->root, slice_str(prefix));
	size_t n;
	char **v = paths_in(folder, prefix, &n);

	for (size_t i = 0; i < n; i++) {
		struct inode *node = disk_find(d->root, slice_str(v[i]));

		if (node->folder) {
			buf_printf(ret, "%s/\n", v[i]);
			buf_printf(todo, "%s/\n", v[i]);
		} else {
			buf_printf(ret, "%s %zu\n", v[i], node->now.n);
		}
		free(v[i]);
	}
	free(v);
}

void sim_disk_list(const struct sim_host *h, struct buf *ret)
{
	struct buf todo, prefix;

	buf_init(&todo, SIZE_MAX / 2);
	buf_init(&prefix, SIZE_MAX / 2);
	buf_puts(&todo, "\n");
	while (todo.n) {
		struct slice rest = buf_slice(&todo), first = slice_split(&rest, '\n');

		buf_clear(&prefix);
		buf_put(&prefix, first);
		buf_putc(&prefix, '\0');
		buf_consume(&todo, first.n + 1);
		list_folder(h->disk, prefix.p, ret, &todo);
	}
	buf_done(&todo);
	buf_done(&prefix);
}
