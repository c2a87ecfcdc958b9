/* What is written is there again; what is damaged, old or foreign is refused with the reason. */
#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "app/doubt_base.h"
#include "base/err.h"
#include "base/mem.h"
#include "folder.h"
#include "rt/job.h"

#include "check_main.h"

#define NOW ((usec_t)1800000000 * USEC_PER_SEC)

static const struct hash_key key = { 7, UINT64_MAX };
static char why[DOUBT_BASE_WHY];

static struct doubt make(uint64_t first, uint64_t content, uint64_t outcome, usec_t at)
{
	struct doubt d = { .first = first,
		.content = { content, content ? ~content : 0 },
		.member = first ^ UINT64_MAX,
		.at = (uint64_t)at,
		.outcome = outcome };

	snprintf(d.id, sizeof(d.id), "%013llu", (unsigned long long)first % 1000000);
	return d;
}

static struct doubt_base *open_base(void)
{
	struct doubt_base *b;

	ck_assert_msg(doubt_base_open(job_outside_loop(), &b, why) == 0, "%s", why);
	return b;
}

static struct doubt_base_content *read_all(struct doubt_base *b, usec_t now)
{
	struct doubt_base_content *c = mem_zalloc(sizeof(*c));

	ck_assert_msg(doubt_base_read(job_outside_loop(), b, &key, now, c, why) == 0, "%s", why);
	return c;
}

static void write_one(struct doubt_base *b, struct doubt d)
{
	ck_assert_msg(doubt_base_write(job_outside_loop(), b, &d, 1, why) == 0, "%s", why);
}

static void run_sql(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(DOUBT_BASE_FILE, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

START_TEST(there_again)
{
	const struct doubt all[] = { make(1, 0, DOUBT_UNKNOWN, NOW - 3),
		make(UINT64_MAX, UINT64_MAX, DOUBT_COMMITTED, NOW - 2),
		make(1, 5, DOUBT_COMMITTED, NOW - 1) };
	struct doubt_base *b = open_base();
	struct stat st;

	ck_assert_int_eq(doubt_base_write(job_outside_loop(), b, all, 3, why), 0);
	doubt_base_close(job_outside_loop(), b);
	ck_assert_int_eq(stat(DOUBT_BASE_FILE, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	b = open_base();
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, 3);
	ck_assert_mem_eq(c->v, all, sizeof(all));
	ck_assert(c->key.a == key.a && c->key.b == key.b);
	free(c);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

START_TEST(the_first_key_stays)
{
	const struct hash_key other = { 1, 2 };
	struct doubt_base_content *c = mem_zalloc(sizeof(*c));
	struct doubt_base *b = open_base();

	free(read_all(b, NOW));
	ck_assert_int_eq(doubt_base_read(job_outside_loop(), b, &other, NOW, c, why), 0);
	ck_assert(c->key.a == key.a && c->key.b == key.b);
	free(c);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

START_TEST(a_day_and_the_newest)
{
	struct doubt_base *b = open_base();
	struct doubt *many = mem_zalloc((DOUBTS_MAX + 10) * sizeof(*many));

	for (size_t i = 0; i < DOUBTS_MAX + 10; i++)
		many[i] = make(i + 1, 0, DOUBT_UNKNOWN, NOW + (usec_t)i);
	ck_assert_int_eq(doubt_base_write(job_outside_loop(), b, many, DOUBTS_MAX + 10, why), 0);
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, DOUBTS_MAX);
	ck_assert_uint_eq(c->v[0].first, 11);
	free(c);
	c = read_all(b, NOW + DOUBTS_KEPT + 5);
	ck_assert_uint_eq(c->n, DOUBTS_MAX); /* five of the ten oldest are gone */
	free(c);
	c = read_all(b, NOW + 2 * DOUBTS_KEPT);
	ck_assert_uint_eq(c->n, 0);
	free(c);
	write_one(b, make(1, 0, DOUBT_UNKNOWN, NOW + 3 * DOUBTS_KEPT)); /* by a wrong clock */
	c = read_all(b, NOW);
	ck_assert_uint_eq(c->n, 0);
	free(c);
	free(many);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

static sqlite3_int64 rows(void)
{
	sqlite3_stmt *st;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(DOUBT_BASE_FILE, &db), SQLITE_OK);
	ck_assert_int_eq(
		sqlite3_prepare_v2(db, "SELECT count(*) FROM doubt", -1, &st, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	sqlite3_int64 n = sqlite3_column_int64(st, 0);

	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* As in the table: what is committed takes no place of what is unknown, and a client has a share. */
START_TEST(who_has_to_go)
{
	const size_t n = DOUBTS_MAX + 2 * DOUBTS_SHARE + 1;
	struct doubt *v = mem_zalloc(n * sizeof(*v));
	struct doubt_base *b = open_base();

	v[0] = make(1, 1, DOUBT_UNKNOWN, NOW);
	for (size_t i = 1; i < n; i++) {
		v[i] = make(i + 1, i + 1, DOUBT_COMMITTED, NOW + (usec_t)i);
		v[i].client = i <= 2 * DOUBTS_SHARE ? 5 : i;
	}
	for (size_t i = 0; i < n; i += 256)
		ck_assert_int_eq(doubt_base_write(job_outside_loop(), b, v + i,
					 n - i < 256 ? n - i : 256, why),
			0);
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, DOUBTS_MAX + 1);
	ck_assert_uint_eq(c->v[0].first, 1);
	ck_assert_uint_eq(c->v[1].first, 2 * DOUBTS_SHARE + 2); /* the share was the oldest */
	free(c);
	write_one(b, make(2, 2, DOUBT_SETTLED, NOW));
	for (size_t i = 0; i <= DOUBTS_SHARE; i++) {
		v[0] = make(9000 + i, 1, DOUBT_UNKNOWN, NOW + (usec_t)n);
		v[0].client = 5;
		v[0].at += i;
		write_one(b, v[0]);
	}
	c = read_all(b, NOW);
	ck_assert_uint_eq(c->n, DOUBTS_MAX + 1 + DOUBTS_SHARE);
	ck_assert_uint_eq(c->v[0].first, 1); /* another's */
	ck_assert_uint_eq(c->v[DOUBTS_MAX + 1].first, 9001);
	ck_assert_uint_eq(c->v[DOUBTS_MAX + 1].client, 5);
	free(c);
	free(v);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

/* What earlier versions remembered is given up; what comes is kept. */
START_TEST(of_an_earlier_version)
{
	char version[40];

	run_sql("CREATE TABLE key (one INTEGER PRIMARY KEY CHECK (one = 1), a INTEGER, b INTEGER);"
		"CREATE TABLE doubt (first INTEGER, a INTEGER, b INTEGER, member INTEGER,"
		" at INTEGER, outcome INTEGER, id TEXT, PRIMARY KEY (first, a, b)) WITHOUT ROWID;"
		"INSERT INTO doubt VALUES (5, 2, 3, 4, 1800000000000000, 2, 'an-id');");
	snprintf(version, sizeof(version), "PRAGMA user_version = %d", _i);
	run_sql(version);
	struct doubt_base *b = open_base(), *also = open_base();
	struct doubt d = make(5, 2, DOUBT_UNKNOWN, NOW + 1);

	d.content.b = 3;
	d.client = 9;
	write_one(also, d);
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, 1);
	ck_assert_uint_eq(c->v[0].outcome, DOUBT_UNKNOWN);
	ck_assert_uint_eq(c->v[0].client, 9);
	free(c);
	doubt_base_close(job_outside_loop(), also);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

/* However long the program runs. */
START_TEST(the_file_does_not_grow)
{
	struct doubt_base *b = open_base();
	struct doubt *many = mem_zalloc(DOUBTS_MAX * sizeof(*many));

	for (size_t i = 0; i < DOUBTS_MAX; i++)
		many[i] = make(i + 1, 0, DOUBT_UNKNOWN, NOW + (usec_t)i);
	ck_assert_int_eq(doubt_base_write(job_outside_loop(), b, many, DOUBTS_MAX, why), 0);
	write_one(b, make(DOUBTS_MAX + 1, 0, DOUBT_UNKNOWN, NOW + DOUBTS_MAX));
	ck_assert_int_eq(rows(), DOUBTS_MAX);
	write_one(b, make(DOUBTS_MAX + 2, 0, DOUBT_UNKNOWN, NOW + DOUBTS_KEPT + 3));
	ck_assert_int_eq(rows(), DOUBTS_MAX + 1 - 2); /* two were too old */
	write_one(b, make(1, 0, DOUBT_UNKNOWN, NOW + 3 * DOUBTS_KEPT));
	ck_assert_int_eq(rows(), 1);
	free(many);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

START_TEST(committed_stays)
{
	struct doubt_base *b = open_base();

	write_one(b, make(1, 5, DOUBT_COMMITTED, NOW));
	write_one(b, make(1, 5, DOUBT_UNKNOWN, NOW + 1));
	write_one(b, make(2, 0, DOUBT_COMMITTED, NOW));
	write_one(b, make(2, 0, DOUBT_UNKNOWN, NOW + 2));
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, 2);
	ck_assert_uint_eq(c->v[0].outcome, DOUBT_COMMITTED);
	ck_assert_uint_eq(c->v[0].at, NOW + 1);
	ck_assert_uint_eq(c->v[1].outcome, DOUBT_UNKNOWN); /* any message of that envelope */
	free(c);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

START_TEST(settled_goes)
{
	struct doubt_base *b = open_base();

	write_one(b, make(1, 5, DOUBT_UNKNOWN, NOW));
	write_one(b, make(1, 6, DOUBT_UNKNOWN, NOW));
	write_one(b, make(2, 5, DOUBT_UNKNOWN, NOW));
	write_one(b, make(3, 7, DOUBT_COMMITTED, NOW));
	ck_assert_int_eq(rows(), 4);
	write_one(b, make(1, 5, DOUBT_SETTLED, NOW));
	write_one(b, make(3, 7, DOUBT_SETTLED, NOW)); /* committed it stays */
	write_one(b, make(4, 8, DOUBT_SETTLED, NOW)); /* was not there */
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, 3);
	for (size_t i = 0; i < c->n; i++)
		ck_assert(c->v[i].first != 1 || c->v[i].content.a == 6);
	free(c);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

START_TEST(odd_rows)
{
	struct doubt_base *b = open_base();

	free(read_all(b, NOW));
	doubt_base_close(job_outside_loop(), b);
	run_sql("INSERT INTO doubt VALUES (1, 2, 3, 4, 1800000000000000, 9, 'x', 0);"
		"INSERT INTO doubt VALUES (0, 2, 3, 4, 1800000000000000, 1, 'x', 0);"
		"INSERT INTO doubt VALUES ('text', 'x', 3, 4, 1800000000000000, 1, 'x', 'x');"
		"INSERT INTO doubt VALUES (5, 2, 3, 4, 1800000000000000, 1, 'an id with a\nline', 0);"
		"INSERT INTO doubt VALUES (6, 2, 3, 4, 1800000000000000, 1, NULL, 0)");
	b = open_base();
	struct doubt_base_content *c = read_all(b, NOW);

	ck_assert_uint_eq(c->n, 2);
	ck_assert_str_eq(c->v[0].id, "an?id?with?a?");
	ck_assert_str_eq(c->v[1].id, "");
	free(c);
	doubt_base_close(job_outside_loop(), b);
}
END_TEST

static void check_refused(int code, const char *text)
{
	struct doubt_base *b;

	ck_assert_int_eq(doubt_base_open(job_outside_loop(), &b, why), code);
	ck_assert_msg(strstr(why, text) != NULL, "%s", why);
}

START_TEST(no_database)
{
	FILE *f = fopen(DOUBT_BASE_FILE, "w");

	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", f);
	fclose(f);
	check_refused(ERR_INVALID, "not a database");
}
END_TEST

START_TEST(of_a_later_version)
{
	doubt_base_close(job_outside_loop(), open_base());
	run_sql("PRAGMA user_version = 4");
	check_refused(ERR_INVALID, "of a later version");
}
END_TEST

START_TEST(a_link_to_elsewhere)
{
	ck_assert_int_eq(symlink("/etc/passwd", DOUBT_BASE_FILE), 0);
	struct doubt_base *b;

	ck_assert_int_lt(doubt_base_open(job_outside_loop(), &b, why), 0);
}
END_TEST

/* Bytes of it change: whatever SQLite says, we say it too and survive. */
START_TEST(damaged)
{
	struct doubt_base *b = open_base();
	struct doubt_base_content *c = mem_zalloc(sizeof(*c));
	unsigned failed = 0;

	for (uint64_t i = 1; i < 300; i++)
		write_one(b, make(i, i, DOUBT_COMMITTED, NOW));
	doubt_base_close(job_outside_loop(), b);
	for (off_t at = 0; at < 20000; at += 997) {
		int fd = open(DOUBT_BASE_FILE, O_RDWR);
		char byte, wrong;

		ck_assert(pread(fd, &byte, 1, at) == 1);
		wrong = (char)~byte;
		ck_assert(pwrite(fd, &wrong, 1, at) == 1);
		int r = doubt_base_open(job_outside_loop(), &b, why);

		if (r == 0) {
			r = doubt_base_read(job_outside_loop(), b, &key, NOW, c, why);
			doubt_base_close(job_outside_loop(), b);
		}
		failed += r < 0;
		ck_assert(pwrite(fd, &byte, 1, at) == 1);
		close(fd);
	}
	ck_assert_uint_gt(failed, 0);
	free(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("doubt_base");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, enter_folder, leave_folder);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, there_again);
	tcase_add_test(t, the_first_key_stays);
	tcase_add_test(t, a_day_and_the_newest);
	tcase_add_test(t, who_has_to_go);
	tcase_add_loop_test(t, of_an_earlier_version, 1, 3);
	tcase_add_test(t, the_file_does_not_grow);
	tcase_add_test(t, committed_stays);
	tcase_add_test(t, settled_goes);
	tcase_add_test(t, odd_rows);
	tcase_add_test(t, no_database);
	tcase_add_test(t, of_a_later_version);
	tcase_add_test(t, a_link_to_elsewhere);
	tcase_add_test(t, damaged);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
