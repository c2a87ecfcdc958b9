/* A file is read whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "parse.h"

#include "check_main.h"

static const char statement[] = "advance 1s\n";

/* Statements, then a comment up to that many bytes. */
static void write_file(const char *path, size_t bytes, size_t statements)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	for (size_t i = 0; i < statements; i++)
		fputs(statement, f);
	for (size_t n = statements * strlen(statement); n < bytes; n++)
		fputc('#', f);
	ck_assert_int_eq(fclose(f), 0);
}

static bool parse(const char *path, size_t *ret_statements, struct buf *why)
{
	struct arena a = ARENA_INIT;
	struct stmt *first = NULL;

	bool ok = parse_file(&a, path, NULL, &first, why);

	*ret_statements = 0;
	for (const struct stmt *s = ok ? first : NULL; s; s = s->next)
		++*ret_statements;
	arena_reset(&a);
	return ok;
}

static const struct {
	size_t bytes, statements;
	bool fits;
} files[] = {
	{ 0, 0, true },
	{ 0, 3, true },
	{ 4096, 3, true },
	{ STMT_FILE_MAX - 4095, 3, true },
	{ STMT_FILE_MAX, 3, true },
	{ STMT_FILE_MAX + 1, 3, false },
	{ STMT_FILE_MAX + 4096, 3, false },
	{ 3 * STMT_FILE_MAX, 3, false },
};

START_TEST(read_whole_or_refused)
{
	char folder[] = "/tmp/parse-XXXXXX", path[64];
	struct buf why;
	size_t n;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.sl", folder);
	write_file(path, files[_i].bytes, files[_i].statements);
	buf_init(&why, 1000);
	ck_assert_int_eq(parse(path, &n, &why), files[_i].fits);
	if (files[_i].fits)
		ck_assert_uint_eq(n, files[_i].statements);
	else
		ck_assert_ptr_nonnull(memmem(why.p, why.n, "is too long", 11));
	buf_done(&why);
	unlink(path);
	rmdir(folder);
}
END_TEST

START_TEST(no_file)
{
	static const char *const paths[] = { "/tmp/there/is/none.sl", "/tmp" };

	for (size_t i = 0; i < 2; i++) {
		struct buf why;
		size_t n;

		buf_init(&why, 1000);
		ck_assert(!parse(paths[i], &n, &why));
		ck_assert_ptr_nonnull(memmem(why.p, why.n, "cannot be read", 14));
		buf_done(&why);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("parse");
	TCase *t = tcase_create("files");

	tcase_add_loop_test(t, read_whole_or_refused, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(t, no_file);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
