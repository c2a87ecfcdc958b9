/* The text of a sample: "file NAME SIZE", then "OFFSET HEX" for each 32 bytes that are not all zero;
 * after the line "messages" the description. */
#include "sample.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/hash.h"
#include "rt/clock.h"
#include "rt/sim/sim.h"
#include "spool/spool.h"

#define ROW	    32
#define TEXT_MAX    (4u << 20)
#define LISTING_MAX 65536

/* ---- describing ---- */

static void describe_envelope(const struct spool_envelope *e, struct buf *ret)
{
	buf_printf(ret, "  from <%.*s> login '%.*s' listener '%.*s' helo '%.*s' client ",
		SLICE_ARG(e->reverse_path), SLICE_ARG(e->login), SLICE_ARG(e->listener),
		SLICE_ARG(e->helo));
	ip_port_format(ret, &e->client);
	buf_printf(ret,
		" arrived %" PRId64 " entitled %d vouched %d body %d utf8 %d requiretls %d"
		" ret %d envid '%.*s'\n",
		e->arrived, (int)e->entitlement, (int)e->vouched, (int)e->body, e->smtputf8,
		e->requiretls, (int)e->ret, SLICE_ARG(e->envid));
}

static void describe_rcpt(struct ctx *ctx, struct spool *sp, uint64_t id, uint16_t rcpt,
	const struct spool_envelope_rcpt *to, struct buf *ret)
{
	struct arena arena = ARENA_INIT;
	struct spool_rcpt_info info;
	struct slice reason;

	ck_assert(spool_look_rcpt(sp, id, rcpt, &info));
	ck_assert_int_eq(spool_read_reason(ctx, sp, id, rcpt, &arena, &reason), 0);
	buf_printf(ret,
		"  to <%.*s> orcpt '%.*s' notify %d: state %d held %d attempts %d warned %d",
		SLICE_ARG(to->forward_path), SLICE_ARG(to->orcpt), to->notify, (int)info.state,
		(int)info.held, info.attempts, info.warned);
	if (info.attempts)
		buf_printf(ret, " due %" PRId64, info.due);
	else
		ck_assert_int_le(info.due, clock_wall());
	buf_printf(ret, " '%.*s'\n", SLICE_ARG(reason));
	arena_reset(&arena);
}

static uint32_t body_sum(struct ctx *ctx, struct spool *sp, uint64_t id, uint64_t *ret_n)
{
	struct spool_reader *reader;
	struct slice piece;
	uint32_t sum = 0;

	*ret_n = 0;
	ck_assert_int_eq(spool_body_open(sp, id, &reader), 0);
	do {
		ck_assert_int_eq(spool_body_read(ctx, reader, &piece), 0);
		sum = hash_crc32c(sum, piece.p, piece.n);
		*ret_n += piece.n;
	} while (piece.n);
	spool_body_close(reader);
	return sum;
}

void sample_describe(struct ctx *ctx, struct spool *sp, struct buf *ret)
{
	struct spool_info info;

	for (uint64_t at = 0; spool_next(sp, at, &info); at = info.id) {
		struct arena arena = ARENA_INIT;
		struct spool_envelope e;
		struct slice header;
		uint64_t n;
		uint32_t sum = body_sum(ctx, sp, info.id, &n);

		ck_assert_int_eq(spool_read_envelope(ctx, sp, info.id, &arena, &e), 0);
		ck_assert_int_eq(spool_read_header(ctx, sp, info.id, &arena, &header), 0);
		buf_printf(ret,
			"message %" PRIu64 " size %" PRIu64 " open %d header %zu %08" PRIx32
			" body %" PRIu64 " %08" PRIx32 "\n",
			info.id, info.size, info.open, header.n, hash_crc32c(0, header.p, header.n),
			n, sum);
		describe_envelope(&e, ret);
		for (uint16_t i = 0; i < e.rcpts_n; i++)
			describe_rcpt(ctx, sp, info.id, i, &e.rcpts[i], ret);
		arena_reset(&arena);
	}
}

/* ---- saving ---- */

static bool is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void save_file(FILE *f, struct slice name, const struct buf *content)
{
	fprintf(f, "file %.*s %zu\n", SLICE_ARG(name), content->n);
	for (size_t at = 0; at < content->n; at += ROW) {
		size_t n = content->n - at < ROW ? content->n - at : ROW;

		if (is_zero(content->p + at, n))
			continue;
		fprintf(f, "%zx ", at);
		for (size_t i = 0; i < n; i++)
			fprintf(f, "%02x", (unsigned char)content->p[at + i]);
		fputc('\n', f);
	}
}

void sample_save(struct sim_host *host, const struct buf *description, const char *path)
{
	FILE *f = fopen(path, "w");
	struct buf names;

	ck_assert_ptr_nonnull(f);
	buf_init(&names, LISTING_MAX);
	sim_disk_list(host, &names);
	for (struct slice rest = buf_slice(&names); rest.n;) {
		struct slice line = slice_split(&rest, '\n');
		struct slice name = slice_split(&line, ' ');
		struct buf content, terminated;

		if (slice_ends(name, S("/")))
			continue;
		buf_init(&content, TEXT_MAX);
		buf_init(&terminated, LISTING_MAX);
		buf_printf(&terminated, "%.*s", SLICE_ARG(name));
		buf_putc(&terminated, '\0');
		ck_assert_int_eq(sim_disk_read(host, terminated.p, &content), 0);
		save_file(f, name, &content);
		buf_done(&content);
		buf_done(&terminated);
	}
	fprintf(f, "messages\n%.*s", SLICE_ARG(buf_slice(description)));
	ck_assert_int_eq(fclose(f), 0);
	buf_done(&names);
}

/* ---- loading ---- */

static void read_whole(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_msg(f != NULL, "%s", path);
	do {
		char *room = buf_room(ret, 65536);

		ck_assert_ptr_nonnull(room);
		n = fread(room, 1, 65536, f);
		buf_added(ret, n);
	} while (n);
	fclose(f);
}

static void load_row(struct slice line, char *content, size_t size)
{
	struct slice offset = slice_split(&line, ' ');
	size_t at = 0;

	for (size_t i = 0; i < offset.n; i++)
		at = at * 16 + (size_t)ascii_hex(offset.p[i]);
	ck_assert_uint_le(at + line.n / 2, size);
	for (; line.n >= 2; line = slice_skip(line, 2))
		content[at++] = (char)(ascii_hex(line.p[0]) << 4 | ascii_hex(line.p[1]));
}

/* One file, from its head line to the next one's. */
static void load_file(struct sim_host *host, struct slice head, struct slice *rest)
{
	struct buf name;
	uint64_t size;

	(void)slice_split(&head, ' ');
	buf_init(&name, LISTING_MAX);
	buf_put(&name, slice_split(&head, ' '));
	buf_putc(&name, '\0');
	ck_assert(slice_to_u64(head, TEXT_MAX, &size));
	char *content = calloc(1, size + 1);

	while (rest->n && !slice_starts(*rest, S("file ")) && !slice_starts(*rest, S("messages")))
		load_row(slice_split(rest, '\n'), content, size);
	sim_disk_write(host, name.p, slice_of(content, size));
	free(content);
	buf_done(&name);
}

void sample_load(struct sim_host *host, const char *path, struct buf *ret_description)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	read_whole(path, &text);
	for (struct slice rest = buf_slice(&text); rest.n;) {
		struct slice line = slice_split(&rest, '\n');

		if (slice_starts(line, S("file "))) {
			load_file(host, line, &rest);
		} else if (slice_eq(line, S("messages"))) {
			buf_put(ret_description, rest);
			break;
		}
	}
	buf_done(&text);
}
