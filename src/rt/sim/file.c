/* rt/file.h on a simulated disk. Each call is a scheduling point of its job: others run before it
 * takes effect, and a sync takes time during which others write. */
#include "rt/file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rt/process.h"
#include "rt/sim/disk.h"
#include "rt/sim/draw.h"
#include "rt/sim/host.h"
#include "rt/sim/job.h"

#define NAME_BYTES 256
#define READ_BYTES 16384
#define GLANCE_MAX 5 /* us */

struct dir {
	struct disk *disk;
	struct inode *node;
};

struct file {
	struct list open; /* all open files */
	struct disk *disk;
	struct inode *node;
	struct sim_proc *proc;
	int flags;
};

static struct list open_files = { &open_files, &open_files };
static size_t open_dirs;

size_t disk_leaks(void)
{
	size_t n = open_dirs;

	list_each (it, &open_files)
		n++;
	return n;
}

void disk_close_leaked(void)
{
	while (!list_empty(&open_files))
		file_close(container_of(list_first(&open_files), struct file, open));
	open_dirs = 0;
}

void disk_proc_died(struct sim_proc *p)
{
	list_each (it, &open_files) {
		struct file *f = container_of(it, struct file, open);

		if (f->proc == p && f->node->lock == f)
			f->node->lock = NULL;
	}
}

/* An operation on a whole file or folder, without offset and length. */
static int begin(struct job *job, struct disk *d, enum sim_disk_kind kind, const char *name,
	struct sim_disk_op *op)
{
	int fault = 0;

	*op = (struct sim_disk_op){ .kind = kind, .name = name };
	int r = disk_begin(job, d, op, &fault);

	return r < 0 ? r : fault;
}

/* A call that does not reach the disk: others may run before it all the same. */
static int glance(struct job *job)
{
	if (host_proc()->dead)
		return ERR_CANCELLED;
	job_pause(job, draw_time(DRAW_JOB, 0, GLANCE_MAX));
	return host_proc()->dead ? ERR_CANCELLED : 0;
}

/* ---- folders ---- */

static struct dir *dir_new(struct disk *d, struct inode *node)
{
	struct dir *dir = mem_alloc(sizeof(*dir));

	*dir = (struct dir){ d, inode_ref(node) };
	open_dirs++;
	return dir;
}

/* Makes the folder's entry and then syncs it, two operations. */
static int make_folder(struct job *job, struct disk *d, struct inode *in, const char *name)
{
	struct sim_disk_op op;
	int r = begin(job, d, SIM_DISK_CREATE, name, &op);

	if (r < 0)
		return r;
	if (inode_entry(in, slice_str(name)) == NULL)
		inode_link(in, ++d->seq, slice_str(name), disk_inode_new(d, true, slice_str(name)));
	r = disk_end(&op, 0);
	if (r == 0)
		r = begin(job, d, SIM_DISK_SYNC_DIR, in->name, &op);
	if (r < 0)
		return r;
	uint64_t seq = d->seq;

	job_pause(job, draw_time(DRAW_DISK, d->sync_min, d->sync_max));
	if (host_proc()->dead)
		return ERR_CANCELLED;
	inode_sync_folder(in, seq);
	return disk_end(&op, 0);
}

/* `in` is held by the caller. */
static int open_below(struct job *job, struct disk *d, struct inode *in, const char *name,
	bool make, struct dir **ret)
{
	struct sim_disk_op op;
	int r = make ? make_folder(job, d, in, name) : 0;

	if (r == 0)
		r = begin(job, d, SIM_DISK_OPEN, name, &op);
	if (r < 0)
		return r;
	struct inode *node = inode_entry(in, slice_str(name));

	if (node == NULL || !node->folder)
		return disk_end(&op, node ? ERR_INVALID : ERR_NOTFOUND);
	r = disk_end(&op, 0);
	if (r == 0)
		*ret = dir_new(d, node);
	return r;
}

int dir_open(struct job *job, const char *path, bool make, struct dir **ret)
{
	struct disk *d = sim_here()->disk;
	struct slice whole = slice_str(path);

	while (slice_ends(whole, S("/")))
		whole.n--;
	size_t slash = slice_rfind(whole, '/');
	struct slice parent = slash < whole.n ? slice_take(whole, slash) : SLICE_NIL;
	struct inode *start = *path == '/' || host_proc()->cwd == NULL ? d->root : host_proc()->cwd;
	struct inode *in = disk_find(start, parent);

	if (host_proc()->dead)
		return ERR_CANCELLED;
	if (in == NULL || !in->folder)
		return ERR_NOTFOUND;
	if (whole.n == 0 || slice_eq(whole, S("."))) {
		*ret = dir_new(d, start);
		return 0;
	}
	char *name = mem_strdup(slash < whole.n ? slice_skip(whole, slash + 1) : whole);

	inode_ref(in);
	int r = open_below(job, d, in, name, make, ret);

	inode_unref(in);
	free(name);
	return r;
}

int dir_open_below(struct job *job, struct dir *d, const char *name, bool make, struct dir **ret)
{
	return open_below(job, d->disk, d->node, name, make, ret);
}

int process_dir_enter(const struct dir *d)
{
	struct sim_proc *p = host_proc();

	if (p->dead)
		return ERR_CANCELLED;
	inode_unref(p->cwd);
	p->cwd = inode_ref(d->node);
	return 0;
}

void dir_close(struct dir *d)
{
	if (d == NULL)
		return;
	inode_unref(d->node);
	open_dirs--;
	free(d);
}

int dir_sync(struct job *job, struct dir *d)
{
	struct sim_disk_op op;
	int r = begin(job, d->disk, SIM_DISK_SYNC_DIR, d->node->name, &op);

	if (r < 0)
		return r;
	uint64_t seq = d->disk->seq;

	job_pause(job, draw_time(DRAW_DISK, d->disk->sync_min, d->disk->sync_max));
	if (host_proc()->dead)
		return ERR_CANCELLED;
	inode_sync_folder(d->node, seq);
	return disk_end(&op, 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dir_list(struct job *job, struct dir *d, int (*visit)(void *arg, const char *name), void *arg)
{
	struct sim_disk_op op;
	int r = begin(job, d->disk, SIM_DISK_LIST, d->node->name, &op);

	if (r < 0)
		return r;
	char **v = mem_alloc(sizeof(char *) * (d->node->entries.live + 1));
	const struct map_entry *e;
	size_t at = 0, n = 0;

	while ((e = map_next(&d->node->entries, &at)))
		v[n++] = mem_strdup(e->key);
	qsort(v, n, sizeof(*v), by_name);
	r = disk_end(&op, 0);
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			r = visit(arg, v[i]);
		free(v[i]);
	}
	free(v);
	return r;
}

int dir_rename(struct job *job, struct dir *d, const char *from, const char *to)
{
	struct sim_disk_op op;
	int r = begin(job, d->disk, SIM_DISK_RENAME, from, &op);

	if (r < 0)
		return r;
	if (inode_entry(d->node, slice_str(from)) == NULL)
		r = ERR_NOTFOUND;
	else if (strcmp(from, to) != 0)
		inode_rename(d->node, ++d->disk->seq, slice_str(from), slice_str(to));
	return disk_end(&op, r);
}

int dir_remove(struct job *job, struct dir *d, const char *name)
{
	struct sim_disk_op op;
	int r = begin(job, d->disk, SIM_DISK_REMOVE, name, &op);

	if (r < 0)
		return r;
	struct inode *node = inode_entry(d->node, slice_str(name));

	if (node == NULL)
		r = ERR_NOTFOUND;
	else if (node->entries.live)
		r = ERR_BUSY;
	else
		inode_unlink(d->node, ++d->disk->seq, slice_str(name));
	return disk_end(&op, r);
}

int dir_space(struct job *job, struct dir *d, uint64_t *ret_free, uint64_t *ret_total)
{
	int r = glance(job);
	uint64_t used = disk_used(d->disk);

	if (r < 0)
		return r;
	*ret_free = used < d->disk->capacity ? d->disk->capacity - used : 0;
	*ret_total = d->disk->capacity;
	return 0;
}

/* ---- files ---- */

static int open_node(struct dir *d, const char *name, int flags, struct inode **ret)
{
	struct inode *node = inode_entry(d->node, slice_str(name));

	if (node == NULL && !(flags & FILE_CREATE))
		return ERR_NOTFOUND;
	if (node && flags & FILE_EXCL)
		return ERR_EXISTS;
	if (node && node->folder)
		return ERR_INVALID;
	if (node == NULL) {
		node = disk_inode_new(d->disk, false, slice_str(name));
		inode_link(d->node, ++d->disk->seq, slice_str(name), node);
	}
	*ret = inode_ref(node);
	return 0;
}

int file_open(struct job *job, struct dir *d, const char *name, int flags, struct file **ret)
{
	bool there = inode_entry(d->node, slice_str(name)) != NULL;
	bool create = !there && flags & FILE_CREATE;
	struct sim_disk_op op;
	struct inode *node;
	int r = begin(job, d->disk, create ? SIM_DISK_CREATE : SIM_DISK_OPEN, name, &op);

	if (r < 0)
		return r;
	r = open_node(d, name, flags, &node);
	if (r < 0)
		return disk_end(&op, r);
	r = disk_end(&op, 0);
	if (r < 0) {
		inode_unref(node);
		return r;
	}
	struct file *f = mem_zalloc(sizeof(*f));

	*f = (struct file){ .disk = d->disk, .node = node, .proc = host_proc(), .flags = flags };
	list_append(&open_files, &f->open);
	*ret = f;
	return 0;
}

void file_close(struct file *f)
{
	if (f == NULL)
		return;
	if (f->node->lock == f)
		f->node->lock = NULL;
	list_remove(&f->open);
	inode_unref(f->node);
	free(f);
}

int file_lock(struct job *job, struct file *f)
{
	struct sim_disk_op op;
	int r = begin(job, f->disk, SIM_DISK_LOCK, f->node->name, &op);

	if (r < 0)
		return r;
	if (f->node->lock && f->node->lock != f)
		return disk_end(&op, ERR_BUSY);
	f->node->lock = f;
	return disk_end(&op, 0);
}

int file_size(struct job *job, struct file *f, uint64_t *ret)
{
	int r = glance(job);

	if (r == 0)
		*ret = f->node->now.n;
	return r;
}

static size_t read_bytes(const struct file *f, void *p, size_t n, uint64_t offset)
{
	const struct content *c = &f->node->now;

	if (offset >= c->n)
		return 0;
	if (n > c->n - offset)
		n = c->n - offset;
	memcpy(p, c->p + offset, n);
	return n;
}

int file_pread(struct job *job, struct file *f, void *p, size_t n, uint64_t offset, size_t *ret_n)
{
	struct sim_disk_op op = {
		.kind = SIM_DISK_READ, .name = f->node->name, .offset = offset, .n = n
	};
	int fault = 0;

	if (!(f->flags & FILE_READ))
		return ERR_ACCESS;
	int r = disk_begin(job, f->disk, &op, &fault);

	if (r < 0)
		return r;
	if (fault)
		return disk_end(&op, fault);
	size_t got = read_bytes(f, p, n, offset);

	r = disk_end(&op, 0);
	if (r == 0)
		*ret_n = got;
	return r;
}

int file_read_cached(struct file *f, void *p, size_t n, uint64_t offset, size_t *ret_n)
{
	if (host_proc()->dead)
		return ERR_CANCELLED;
	if (draw_below(DRAW_DISK, 2))
		return ERR_BUSY;
	*ret_n = read_bytes(f, p, n, offset);
	return 0;
}

/* Writes what there is room for. */
static int write_bytes(struct file *f, struct slice s, uint64_t offset)
{
	uint64_t end = offset + s.n, size = f->node->now.n;
	uint64_t grow = end > size ? end - size : 0, used = disk_used(f->disk);
	int r = 0;

	if (grow && used + grow > f->disk->capacity) {
		uint64_t room = used < f->disk->capacity ? f->disk->capacity - used : 0;
		uint64_t writable = size + room > offset ? size + room - offset : 0;

		s = slice_take(s, writable);
		r = ERR_FULL;
	}
	inode_write(f->node, ++f->disk->seq, s, offset);
	return r;
}

static int write_op(
	struct job *job, struct file *f, enum sim_disk_kind kind, struct slice s, uint64_t offset)
{
	struct sim_disk_op op = { .kind = kind, .name = f->node->name, .offset = offset, .n = s.n };
	int fault = 0;

	if (!(f->flags & FILE_WRITE))
		return ERR_ACCESS;
	int r = disk_begin(job, f->disk, &op, &fault);

	if (r < 0)
		return r;
	if (fault) { /* a part of it may have been written */
		s = slice_take(s, draw_below(DRAW_DISK, s.n + 1));
		inode_write(f->node, ++f->disk->seq, s, offset);
		return disk_end(&op, fault);
	}
	r = write_bytes(f, s, offset);
	return disk_end(&op, r);
}

static bool saved_by_chance(void)
{
	return draw_below(DRAW_DISK, 2) == 0;
}

static int sync_op(struct job *job, struct file *f, uint64_t offset, uint64_t n)
{
	struct sim_disk_op op = {
		.kind = SIM_DISK_SYNC, .name = f->node->name, .offset = offset, .n = n
	};
	int fault = 0;
	int r = disk_begin(job, f->disk, &op, &fault);

	if (r < 0)
		return r;
	uint64_t seq = f->disk->seq; /* what is written from now on is not covered */

	job_pause(job, draw_time(DRAW_DISK, f->disk->sync_min, f->disk->sync_max));
	if (host_proc()->dead)
		return ERR_CANCELLED;
	if (fault)
		inode_sync_failed(f->node, seq, offset, n, saved_by_chance);
	else
		inode_sync(f->node, seq, offset, n);
	return disk_end(&op, fault);
}

int file_pwrite(struct job *job, struct file *f, struct slice s, uint64_t offset)
{
	return write_op(job, f, SIM_DISK_WRITE, s, offset);
}

int file_pwritev_durable(
	struct job *job, struct file *f, const struct iovec *iov, int n, uint64_t offset)
{
	struct buf all;

	assert(n <= 1024);
	buf_init(&all, SIZE_MAX / 2);
	for (int i = 0; i < n; i++)
		buf_put(&all, slice_of(iov[i].iov_base, iov[i].iov_len));
	int r = write_op(job, f, SIM_DISK_WRITE_DURABLE, buf_slice(&all), offset);

	if (r == 0 && all.n)
		r = sync_op(job, f, offset, all.n);
	buf_done(&all);
	return r;
}

int file_sync(struct job *job, struct file *f)
{
	return sync_op(job, f, 0, UINT64_MAX);
}

int file_truncate(struct job *job, struct file *f, uint64_t size)
{
	struct sim_disk_op op = {
		.kind = SIM_DISK_TRUNCATE, .name = f->node->name, .offset = size
	};
	int fault = 0;
	int r = disk_begin(job, f->disk, &op, &fault);

	if (r < 0)
		return r;
	if (fault)
		return disk_end(&op, fault);
	uint64_t old = f->node->now.n;

	if (size > old && disk_used(f->disk) + size - old > f->disk->capacity)
		return disk_end(&op, ERR_FULL);
	inode_truncate(f->node, ++f->disk->seq, size);
	return disk_end(&op, 0);
}

void file_drop_cache(struct job *job, struct file *f, uint64_t offset, uint64_t n)
{
	if (glance(job) == 0)
		inode_drop_cache(f->node, offset, n ? n : UINT64_MAX);
}

/* ---- whole files ---- */

static int read_up_to(struct job *job, struct file *f, size_t max, struct buf *b)
{
	size_t got = 1;

	while (got && b->n <= max) {
		size_t want = max + 1 - b->n < READ_BYTES ? max + 1 - b->n : READ_BYTES;
		char *room = buf_room(b, want);
		int r = room ? file_pread(job, f, room, want, b->n, &got) : ERR_LIMIT;

		if (r < 0)
			return r;
		buf_added(b, got);
	}
	return b->n > max ? ERR_LIMIT : 0;
}

int file_read_all(struct job *job, struct dir *d, const char *name, size_t max, struct buf *ret)
{
	struct file *f;
	struct buf b;
	int r = file_open(job, d, name, FILE_READ, &f);

	if (r < 0)
		return r;
	buf_init(&b, max + 1);
	r = read_up_to(job, f, max, &b);
	if (r == 0)
		buf_put(ret, buf_slice(&b));
	buf_done_secret(&b);
	file_close(f);
	return r == 0 && ret->failed ? ERR_LIMIT : r;
}

int file_write_all(struct job *job, struct dir *d, const char *name, struct slice s, unsigned mode)
{
	char temporary[NAME_BYTES];
	int n = snprintf(temporary, sizeof(temporary), ".%s.new", name);
	struct file *f;

	(void)mode; /* every process may read everything on its host's disk */
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return ERR_INVALID;
	int r = file_open(job, d, temporary, FILE_WRITE | FILE_CREATE, &f);

	if (r < 0)
		return r;
	r = file_truncate(job, f, 0);
	if (r == 0)
		r = file_pwrite(job, f, s, 0);
	if (r == 0)
		r = file_sync(job, f);
	file_close(f);
	if (r == 0)
		r = dir_rename(job, d, temporary, name);
	if (r < 0) {
		(void)dir_remove(job, d, temporary); /* the first error is the one to tell */
		return r;
	}
	return dir_sync(job, d);
}
