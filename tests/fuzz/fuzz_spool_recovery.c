/* Recovery of a damaged partition, on the simulated disk. A spool of some segments is filled once,
 * with messages of which this target keeps the facts, and closed (or killed in the middle of its
 * work: the first byte chooses). The input is a row of damages done to its files; then the folder is
 * read offline, opened, read message by message, closed, and opened again.
 *
 * A damage is: what (1 byte), file (1), then
 *   0 overwrite: offset (2), length (1), bytes         1 flip: offset (2), bit (1)
 *   2 truncate: size (2)                               3 zero: offset (2), length (2)
 *   4 copy a block: from file (1), block (1), to block (1)
 *   5 exchange with the file (1)                       6 remove
 *
 * It opens, or refuses with an error that spool.h names. No message is given whose facts, header or
 * body are not what was stored: it is there as it was, or in quarantine, or missing. What is missing
 * although it was acknowledged is reported, as long as the newest segment was spared, from which it
 * is known, no file was taken away, and of no segment every batch (it would look like a spare one). Where reading offline has nothing to complain of, opening has
 * not either, and both find the same messages. The second opening finds what the first one left. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/mem.h"
#include "real_alarm.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/job.h"
#include "rt/sim/sim.h"
#include "spool/offline.h"
#include "spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES_MAX    32
#define MESSAGES_MAX 128
#define PATH_BYTES   64
#define BASES	     2

static const struct spool_options options = {
	.kind = SPOOL_JOURNAL, .path = "spool", .segment_bytes = SPOOL_SEGMENT_MIN
};

/* What was stored, by number. */
struct stored {
	uint64_t id;
	size_t body;
	bool acknowledged, ended;
};

struct file {
	char path[PATH_BYTES];
	struct buf content;
};

/* A partition as it was left. */
static struct base {
	struct file files[FILES_MAX];
	size_t files_n, newest; /* the segment whose content says most about the others */
	struct stored v[MESSAGES_MAX];
	size_t n;
} bases[BASES];

static struct base *base;
static struct sim_host *host;

static void *whole(void *p)
{
	assert(p);
	return p;
}

/* ---- messages ---- */

static void make_body(struct buf *b, size_t number, size_t n)
{
	for (size_t i = 0; b->n < n; i++)
		buf_printf(b, "message %zu line %zu\r\n", number, i * 7919);
	b->n = n;
}

static int put(struct ctx *ctx, struct spool *sp, struct stored *m, size_t number)
{
	struct spool_envelope_rcpt rcpts[3] = { { .forward_path = S("a@far.test") },
		{ .forward_path = S("b@far.test") }, { .forward_path = S("c@far.test") } };
	const struct spool_envelope e = { .reverse_path = S("me@here.test"),
		.arrived = clock_wall(),
		.entitlement = SPOOL_ENTITLED_NETWORK,
		.rcpts = rcpts,
		.rcpts_n = 1 + number % 3 };
	struct spool_writer *w;
	struct buf body, header;
	int r = spool_begin(ctx, sp, 0, &w);

	if (r < 0)
		return r;
	m->id = spool_writer_id(w);
	buf_init(&body, 1 << 20);
	buf_init(&header, 100);
	make_body(&body, number, m->body);
	buf_printf(&header, "Subject: %zu\r\n", number);
	r = spool_write(ctx, w, buf_slice(&body));
	if (r == 0)
		r = spool_commit(ctx, w, &e, buf_slice(&header), NULL, 0);
	else
		spool_abort(w);
	m->acknowledged = r == 0;
	buf_done(&body);
	buf_done(&header);
	return r;
}

static void end_message(struct spool *sp, struct stored *m, size_t number)
{
	for (uint16_t i = 0; i < 1 + number % 3; i++) {
		const struct spool_result result = { .id = m->id,
			.rcpt = i,
			.outcome = SPOOL_DELIVERED,
			.attempts = 1,
			.reason = S("250 ok") };
		struct spool_lease lease;

		if (spool_lease(sp, m->id, &i, 1, &lease) == 0)
			spool_record(sp, &result, 1);
	}
	m->ended = true;
}

static void defer_message(struct spool *sp, const struct stored *m)
{
	const struct spool_result result = { .id = m->id,
		.outcome = SPOOL_DEFER,
		.due = clock_wall() + USEC_PER_HOUR,
		.attempts = 2,
		.reason = S("451 later") };
	const uint16_t first = 0;
	struct spool_lease lease;

	if (spool_lease(sp, m->id, &first, 1, &lease) == 0)
		spool_record(sp, &result, 1);
}

/* One life of the program; it may be killed meanwhile. */
static int fill(struct ctx *ctx, void *arg)
{
	static const size_t sizes[] = { 0, 100, 3000, 9000, 40, 20000, 700 };
	struct spool *sp;
	int r = spool_open(ctx, &options, &sp, NULL);

	(void)arg;
	if (r < 0)
		return r;
	for (size_t i = 0; i < 70 && r == 0; i++) {
		struct stored *m = &base->v[base->n++];

		m->body = sizes[i % 7];
		r = put(ctx, sp, m, (size_t)(m - base->v));
		if (r == 0 && i % 3 == 0)
			end_message(sp, &base->v[i / 2], i / 2);
		if (r == 0 && i % 4 == 1)
			defer_message(sp, m);
		if (r == 0 && i % 10 == 9)
			r = spool_hold(ctx, sp, m->id, SPOOL_ALL);
		if (r == 0 && i % 16 == 15)
			r = ctx_sleep(ctx, USEC_PER_SEC);
	}
	spool_close(ctx, sp);
	return r;
}

/* ---- the files ---- */

static void take_file(struct slice path)
{
	struct file *f = &base->files[base->files_n++];

	assert(base->files_n <= FILES_MAX && path.n < PATH_BYTES);
	memcpy(f->path, path.p, path.n);
	buf_init(&f->content, 1 << 20);
	int r = sim_disk_read(host, f->path, &f->content);

	assert(r == 0);
}

/* The number of a segment's first batch, or 0 for other files: bytes 40 on of the batch header at
 * the first block. */
static uint64_t first_batch(const struct file *f)
{
	uint64_t number;

	if (slice_search(slice_str(f->path), S("/seg-")) == strlen(f->path) ||
		!slice_starts(slice_skip(buf_slice(&f->content), SPOOL_BLOCK), S("SLUIBAT1")))
		return 0;
	memcpy(&number, f->content.p + SPOOL_BLOCK + 32, 8);
	return number;
}

static void take_files(void)
{
	struct slice rest;
	struct buf names;

	buf_init(&names, 1 << 16);
	sim_disk_list(host, &names);
	rest = buf_slice(&names);
	while (rest.n) {
		struct slice line = slice_split(&rest, '\n');
		struct slice path = slice_split(&line, ' ');

		if (!slice_ends(path, S("/")))
			take_file(path);
	}
	buf_done(&names);
	for (size_t i = 0; i < base->files_n; i++)
		if (first_batch(&base->files[i]) > first_batch(&base->files[base->newest]))
			base->newest = i;
}

static int make_base(struct ctx *ctx, void *arg)
{
	(void)arg;
	host = sim_host_new("mx", "192.0.2.25");
	if (base == &bases[1])
		sim_disk_cut_at(host, 150, true);
	int r = sim_host_run(ctx, host, "spool", fill, NULL);

	assert((r == 0) == (base == &bases[0]));
	take_files();
	return 0;
}

static void make_bases(void)
{
	for (size_t i = 0; i < BASES; i++) {
		base = &bases[i];
		sim_start(7 + i);
		int r = sim_run("fill", make_base, NULL);

		assert(r == 0);
		(void)sim_stop();
		assert(base->files_n > 4 && base->n > 20);
	}
}

/* ---- damage ---- */

static struct damaged {
	struct file *from[FILES_MAX]; /* the file whose content stands under this name, or NULL */
	struct buf content[FILES_MAX];
	bool can_be_told; /* the newest segment was spared, and all are there in full length */
} damaged;

static void begin_damage(void)
{
	damaged = (struct damaged){ .can_be_told = true };
	for (size_t i = 0; i < base->files_n; i++) {
		buf_init(&damaged.content[i], 1 << 20);
		buf_put(&damaged.content[i], buf_slice(&base->files[i].content));
		damaged.from[i] = &base->files[i];
	}
}

static void overwrite(struct buf *b, size_t at, struct slice bytes)
{
	if (at < b->n && bytes.n)
		memcpy(b->p + at, bytes.p, bytes.n < b->n - at ? bytes.n : b->n - at);
}

static void copy_block(struct buf *to, size_t block, const struct buf *from, size_t from_block)
{
	struct slice bytes = slice_skip(buf_slice(from), from_block * SPOOL_BLOCK);
	char *copy = whole(malloc(SPOOL_BLOCK));

	bytes = slice_take(bytes, SPOOL_BLOCK);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	overwrite(to, block * SPOOL_BLOCK, slice_of(copy, bytes.n));
	free(copy);
}

static void damage_one(struct cursor *c)
{
	static const char zeros[65536];
	unsigned what = cursor_u8(c) % 7;
	size_t i = cursor_u8(c) % base->files_n, at, other;
	struct buf *b = &damaged.content[i], swap;

	damaged.can_be_told &= i != base->newest && what != 2 && what != 5 && what != 6;
	switch (what) {
	case 0:
		at = cursor_u16(c);
		overwrite(b, at, cursor_take(c, cursor_u8(c)));
		break;
	case 1:
		at = cursor_u16(c);
		if (at < b->n)
			b->p[at] = (char)(b->p[at] ^ 1 << cursor_u8(c) % 8);
		break;
	case 2:
		at = cursor_u16(c);
		b->n = at < b->n ? at : b->n;
		break;
	case 3:
		at = cursor_u16(c);
		overwrite(b, at, slice_of(zeros, cursor_u16(c)));
		break;
	case 4:
		other = cursor_u8(c) % base->files_n;
		at = cursor_u8(c) % 16;
		copy_block(b, cursor_u8(c) % 16, &damaged.content[other], at);
		break;
	case 5:
		other = cursor_u8(c) % base->files_n;
		swap = *b;
		*b = damaged.content[other];
		damaged.content[other] = swap;
		break;
	default:
		damaged.from[i] = NULL;
		break;
	}
}

/* A segment of which no batch is left looks like a spare one. */
static bool is_told_from_spare(const struct buf *now, const struct buf *before)
{
	bool used = false;

	for (size_t at = SPOOL_BLOCK; at < before->n; at += SPOOL_BLOCK) {
		struct slice was = slice_take(
			slice_skip(buf_slice(before), at), SPOOL_BATCH_HEADER);

		if (!slice_starts(was, S("SLUIBAT1")))
			continue;
		used = true;
		if (slice_eq(was, slice_take(slice_skip(buf_slice(now), at), was.n)))
			return true;
	}
	return !used;
}

static void do_damage(struct cursor c)
{
	begin_damage();
	while (!c.failed && !cursor_at_end(&c))
		damage_one(&c);
	for (size_t i = 0; i < base->files_n; i++) {
		damaged.can_be_told &= is_told_from_spare(
			&damaged.content[i], &base->files[i].content);
		if (damaged.from[i])
			sim_disk_write(host, base->files[i].path, buf_slice(&damaged.content[i]));
		buf_done(&damaged.content[i]);
	}
}

/* ---- what is found ---- */

struct found {
	struct spool_report report;
	int result;
	bool here[MESSAGES_MAX];
	uint64_t messages;
};

static size_t number_of(uint64_t id)
{
	size_t i = 0;

	while (i < base->n && base->v[i].id != id)
		i++;
	assert(i < base->n); /* nobody invents messages */
	return i;
}

static bool is_same(struct ctx *ctx, struct spool *sp, size_t number, struct spool_reader *reader)
{
	struct slice piece;
	struct buf body;
	size_t at = 0;
	int r;

	buf_init(&body, 1 << 20);
	make_body(&body, number, base->v[number].body);
	while ((r = spool_body_read(ctx, reader, &piece)) == 0 && piece.n) {
		assert(slice_eq(piece, slice_take(slice_skip(buf_slice(&body), at), piece.n)));
		at += piece.n;
	}
	(void)sp;
	assert(r == ERR_CORRUPT || r == ERR_IO || (r == 0 && at == body.n));
	buf_done(&body);
	return r == 0;
}

static void check_message(struct ctx *ctx, struct spool *sp, const struct spool_info *info)
{
	size_t number = number_of(info->id);
	struct arena arena = ARENA_INIT;
	struct spool_envelope e;
	struct slice header;
	struct spool_reader *reader;
	char expected[64];
	int r = spool_read_envelope(ctx, sp, info->id, &arena, &e);

	assert(r == 0 || r == ERR_CORRUPT || r == ERR_IO);
	assert(r < 0 || (e.rcpts_n == 1 + number % 3 && e.rcpts_n == info->rcpts &&
				slice_eq(e.reverse_path, S("me@here.test")) &&
				slice_eq(e.rcpts[0].forward_path, S("a@far.test"))));
	r = spool_read_header(ctx, sp, info->id, &arena, &header);
	snprintf(expected, sizeof(expected), "Subject: %zu\r\n", number);
	assert(r == 0 || r == ERR_CORRUPT || r == ERR_IO);
	assert(r < 0 || slice_eq(header, slice_str(expected)));
	if (spool_body_open(sp, info->id, &reader) == 0) {
		(void)is_same(ctx, sp, number, reader);
		spool_body_close(reader);
	}
	arena_reset(&arena);
}

static int look(struct ctx *ctx, void *arg)
{
	struct found *f = arg;
	struct spool_info info = { 0 };
	struct spool *sp;

	f->result = spool_open(ctx, &options, &sp, &f->report);
	if (f->result < 0)
		return 0;
	while (spool_next(sp, info.id, &info)) {
		f->here[number_of(info.id)] = true;
		f->messages++;
	}
	info.id = 0;
	while (spool_next(sp, info.id, &info))
		check_message(ctx, sp, &info);
	spool_close(ctx, sp);
	return 0;
}

struct offline {
	int result;
	struct spool_offline_report report;
	bool here[MESSAGES_MAX];
};

static int read_job(struct job *job, void *arg)
{
	const struct spool_offline_watch watch = { 0 };
	struct offline *f = arg;
	struct spool_offline *so;
	struct spool_info info = { 0 };

	f->result = spool_offline_open(job, "spool", &watch, &so, &f->report);
	if (f->result < 0)
		return 0;
	while (spool_offline_next(so, info.id, &info))
		f->here[number_of(info.id)] = true;
	spool_offline_close(so);
	return 0;
}

static int look_offline(struct ctx *ctx, void *arg)
{
	struct pool *pool = pool_new("read", 1, 1);
	int r = pool_run(ctx, pool, &(struct job_call){ .run = read_job, .arg = arg });

	assert(r == 0);
	pool_free(pool);
	return 0;
}

static void judge(const struct found *f, const struct offline *o, const struct found *again)
{
	bool quiet = f->report.quarantined == 0 && f->report.cut == 0;

	assert(f->result == 0 || f->result == ERR_IO || f->result == ERR_INVALID ||
		f->result == ERR_CORRUPT || f->result == ERR_FULL || f->result == ERR_UNSUPPORTED);
	assert(again->result == f->result);
	if (f->result < 0)
		return;
	assert(again->report.quarantined <= f->report.quarantined && again->report.cut == 0);
	assert(again->messages == f->messages);
	if (damaged.can_be_told)
		for (size_t i = 0; i < base->n; i++)
			assert(f->here[i] || base->v[i].ended || !base->v[i].acknowledged ||
				!quiet);
	assert(o->result == 0);
	if (o->report.rotten > 0 || o->report.torn > 0)
		return;
	assert(quiet);
	for (size_t i = 0; i < base->n; i++)
		assert(o->here[i] == f->here[i]);
}

static int play(struct ctx *ctx, void *arg)
{
	struct found first = { 0 }, again = { 0 };
	struct offline offline = { 0 };

	host = sim_host_new("mx", "192.0.2.25");
	do_damage(*(const struct cursor *)arg);
	(void)sim_host_run(ctx, host, "offline", look_offline, &offline);
	(void)sim_host_run(ctx, host, "first", look, &first);
	(void)sim_host_run(ctx, host, "again", look, &again);
	judge(&first, &offline, &again);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(slice_of(data, size));

	real_alarm();
	if (size < 1 || size > 1024)
		return 0;
	if (bases[0].n == 0)
		make_bases();
	base = &bases[cursor_u8(&c) % BASES];
	sim_start(1);
	int r = sim_run("fuzz", play, &c);
	size_t leaks = sim_stop();

	assert(r == 0 && leaks == 0);
	return 0;
}
