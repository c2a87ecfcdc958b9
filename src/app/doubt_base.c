/* The database holds what the table in memory holds, word by word; SQLite does the locking between
 * processes, and a transaction makes each write whole. An entry may be lost with the power, which
 * costs no more than the preference for one server. */
#include "app/doubt_base.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "rt/file.h"

#define VERSION	   3
#define BUSY_MS	   3000
#define STRINGS(x) #x
#define STRING(x)  STRINGS(x)

struct doubt_base {
	sqlite3 *db;
};

static const char begin[] = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE";

/* Version 1 did not know whose an entry is, version 2 had other fingerprints: none of theirs would
 * be found again. */
static const char drop_earlier[] = "DROP TABLE IF EXISTS doubt";

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS key (one INTEGER PRIMARY KEY CHECK (one = 1), a INTEGER,"
	" b INTEGER);"
	"CREATE TABLE IF NOT EXISTS doubt (first INTEGER, a INTEGER, b INTEGER, member INTEGER,"
	" at INTEGER, outcome INTEGER, id TEXT, client INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (first, a, b)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS doubt_of_client ON doubt (client, outcome, at);"
	"PRAGMA user_version = " STRING(VERSION) ";"
						 "COMMIT";

/* ---- errors ---- */

static int code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return ERR_ACCESS;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
	case SQLITE_MISMATCH:
		return ERR_INVALID;
	default:
		return ERR_IO;
	}
}

static int fail(const struct doubt_base *b, int rc, char why[DOUBT_BASE_WHY])
{
	snprintf(why, DOUBT_BASE_WHY, "%s: %s", DOUBT_BASE_FILE,
		b->db ? sqlite3_errmsg(b->db) : sqlite3_errstr(rc));
	return code_of(rc);
}

static int run(const struct doubt_base *b, const char *sql, char why[DOUBT_BASE_WHY])
{
	int rc = sqlite3_exec(b->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(b, rc, why);
}

static sqlite3_int64 as_signed(uint64_t n)
{
	return (sqlite3_int64)n;
}

/* ---- opening ---- */

/* SQLite would make it readable for everyone. */
static int make_file(struct job *job, char why[DOUBT_BASE_WHY])
{
	struct dir *dir = NULL;
	struct file *f = NULL;
	int r = dir_open(job, ".", false, &dir);

	if (r == 0)
		r = file_open(job, dir, DOUBT_BASE_FILE, FILE_READ | FILE_WRITE | FILE_CREATE, &f);
	if (r < 0)
		snprintf(why, DOUBT_BASE_WHY, "%s: %s", DOUBT_BASE_FILE, err_name(r));
	file_close(f);
	dir_close(dir);
	return r;
}

static int one_number(
	const struct doubt_base *b, const char *sql, sqlite3_int64 *ret, char why[DOUBT_BASE_WHY])
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(b->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int64(st, 0);
	int r = rc == SQLITE_ROW ? 0 : fail(b, rc, why);

	sqlite3_finalize(st);
	return r;
}

/* In one transaction, since other processes are at it as well. */
static int prepare(const struct doubt_base *b, char why[DOUBT_BASE_WHY])
{
	sqlite3_int64 version = 0;
	int r = run(b, begin, why);

	if (r == 0)
		r = one_number(b, "PRAGMA user_version", &version, why);

	if (r == 0 && version > VERSION) {
		snprintf(why, DOUBT_BASE_WHY, "%s: it is of a later version of this program",
			DOUBT_BASE_FILE);
		return ERR_INVALID;
	}
	if (r == 0 && version < VERSION)
		r = run(b, drop_earlier, why);
	return r == 0 ? run(b, schema, why) : r;
}

int doubt_base_open(struct job *job, struct doubt_base **ret, char why[DOUBT_BASE_WHY])
{
	int r = make_file(job, why);

	if (r < 0)
		return r;
	struct doubt_base *b = mem_zalloc(sizeof(*b));
	int rc = sqlite3_open_v2(DOUBT_BASE_FILE, &b->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX, NULL);

	if (rc != SQLITE_OK)
		r = fail(b, rc, why);
	if (r == 0)
		sqlite3_busy_timeout(b->db, BUSY_MS);
	if (r == 0)
		r = prepare(b, why);
	if (r < 0)
		doubt_base_close(job, b);
	else
		*ret = b;
	return r;
}

void doubt_base_close(struct job *job, struct doubt_base *b)
{
	(void)job;
	if (b == NULL)
		return;
	sqlite3_close(b->db);
	free(b);
}

/* ---- reading ---- */

static int read_key(const struct doubt_base *b, const struct hash_key *key, struct hash_key *ret,
	char why[DOUBT_BASE_WHY])
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(b->db,
		"INSERT INTO key VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET a = a RETURNING a, b",
		-1, &st, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, as_signed(key->a));
		sqlite3_bind_int64(st, 2, as_signed(key->b));
		rc = sqlite3_step(st);
	}
	if (rc == SQLITE_ROW) {
		ret->a = (uint64_t)sqlite3_column_int64(st, 0);
		ret->b = (uint64_t)sqlite3_column_int64(st, 1);
		rc = sqlite3_step(st); /* now it is written */
	}
	int r = rc == SQLITE_DONE ? 0 : fail(b, rc, why);

	sqlite3_finalize(st);
	return r;
}

/* Nothing in the file is believed to have the right form. */
static void read_row(sqlite3_stmt *st, struct doubt *ret)
{
	const unsigned char *id = sqlite3_column_text(st, 6);

	*ret = (struct doubt){
		.first = (uint64_t)sqlite3_column_int64(st, 0),
		.content.a = (uint64_t)sqlite3_column_int64(st, 1),
		.content.b = (uint64_t)sqlite3_column_int64(st, 2),
		.member = (uint64_t)sqlite3_column_int64(st, 3),
		.at = (uint64_t)sqlite3_column_int64(st, 4),
		.outcome = (uint64_t)sqlite3_column_int64(st, 5),
		.client = (uint64_t)sqlite3_column_int64(st, 7),
	};
	for (size_t i = 0; id && id[i] && i < TEXT_ID_CHARS; i++)
		ret->id[i] = id[i] > ' ' && id[i] < 0x7f ? (char)id[i] : '?';
}

static bool is_sound(const struct doubt *d)
{
	return d->first && (d->outcome == DOUBT_UNKNOWN || d->outcome == DOUBT_COMMITTED);
}

static int read_rows(
	const struct doubt_base *b, struct doubt_base_content *ret, char why[DOUBT_BASE_WHY])
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(b->db,
		"SELECT * FROM (SELECT first, a, b, member, at, outcome, id, client FROM doubt"
		" ORDER BY at DESC LIMIT ?1) ORDER BY at",
		-1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(st, 1, 2 * DOUBTS_MAX);
	ret->n = 0;
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW && ret->n < 2 * DOUBTS_MAX) {
			read_row(st, &ret->v[ret->n]);
			ret->n += is_sound(&ret->v[ret->n]);
		}
	}
	int r = rc == SQLITE_DONE ? 0 : fail(b, rc, why);

	sqlite3_finalize(st);
	return r;
}

int doubt_base_read(struct job *job, struct doubt_base *b, const struct hash_key *key, usec_t now,
	struct doubt_base_content *ret, char why[DOUBT_BASE_WHY])
{
	char remove[200];

	(void)job;
	/* What lies in the future was written by a clock that went wrong. */
	snprintf(remove, sizeof(remove), "DELETE FROM doubt WHERE at < %lld OR at > %lld",
		(long long)(now - DOUBTS_KEPT), (long long)(now + DOUBTS_KEPT));
	int r = run(b, remove, why);

	if (r == 0)
		r = read_key(b, key, &ret->key, why);
	return r == 0 ? read_rows(b, ret, why) : r;
}

/* ---- writing ---- */

static int write_one(const struct doubt_base *b, sqlite3_stmt *st, const struct doubt *d,
	char why[DOUBT_BASE_WHY])
{
	const uint64_t numbers[] = { d->first, d->content.a, d->content.b, d->member, d->at,
		d->outcome };
	bool settled = d->outcome == DOUBT_SETTLED;
	int rc = SQLITE_OK;

	sqlite3_reset(st);
	for (int i = 0; i < (settled ? 3 : 6) && rc == SQLITE_OK; i++)
		rc = sqlite3_bind_int64(st, i + 1, as_signed(numbers[i]));
	if (rc == SQLITE_OK && !settled)
		rc = sqlite3_bind_text(
			st, 7, d->id, (int)strnlen(d->id, sizeof(d->id)), SQLITE_STATIC);
	if (rc == SQLITE_OK && !settled)
		rc = sqlite3_bind_int64(st, 8, as_signed(d->client));
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	return rc == SQLITE_DONE ? 0 : fail(b, rc, why);
}

/* A message that was committed once stays so. */
static const char put[] =
	"INSERT INTO doubt (first, a, b, member, at, outcome, id, client)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
	" member = CASE WHEN outcome = 2 AND (a <> 0 OR b <> 0) THEN member ELSE ?4 END,"
	" id = CASE WHEN outcome = 2 AND (a <> 0 OR b <> 0) THEN id ELSE ?7 END,"
	" outcome = CASE WHEN outcome = 2 AND (a <> 0 OR b <> 0) THEN 2 ELSE ?6 END, at = ?5,"
	" client = ?8";

/* What was unknown is not any more. */
static const char settle[] =
	"DELETE FROM doubt WHERE first = ?1 AND a = ?2 AND b = ?3 AND outcome = 1";

static int write_all(
	const struct doubt_base *b, const struct doubt *v, size_t n, char why[DOUBT_BASE_WHY])
{
	sqlite3_stmt *st = NULL, *end = NULL;
	int rc = sqlite3_prepare_v2(b->db, put, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(b->db, settle, -1, &end, NULL);
	int r = rc == SQLITE_OK ? 0 : fail(b, rc, why);

	for (size_t i = 0; i < n && r == 0; i++)
		r = write_one(b, v[i].outcome == DOUBT_SETTLED ? end : st, &v[i], why);
	sqlite3_finalize(st);
	sqlite3_finalize(end);
	return r;
}

/* To be followed by a condition, then by the other. */
#define DELETE_OF "DELETE FROM doubt WHERE (first, a, b) IN (SELECT first, a, b FROM doubt WHERE "
#define BEYOND	  " ORDER BY at DESC LIMIT -1 OFFSET "

/* What clients that just wrote have beyond their share. */
static int drop_shares(
	const struct doubt_base *b, const struct doubt *v, size_t n, char why[DOUBT_BASE_WHY])
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(b->db,
		DELETE_OF "client = ?1 AND outcome = ?2" BEYOND STRING(DOUBTS_SHARE) ")", -1, &st,
		NULL);

	for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
		if (v[i].client == 0)
			continue;
		sqlite3_bind_int64(st, 1, as_signed(v[i].client));
		sqlite3_bind_int64(st, 2, as_signed(v[i].outcome));
		rc = sqlite3_step(st) == SQLITE_DONE ? sqlite3_reset(st) : sqlite3_errcode(b->db);
	}
	int r = rc == SQLITE_OK ? 0 : fail(b, rc, why);

	sqlite3_finalize(st);
	return r;
}

/* What is too old since the newest one came, and what is more than the table holds. */
static int drop_outdated(const struct doubt_base *b, usec_t newest, char why[DOUBT_BASE_WHY])
{
	char sql[500];

	snprintf(sql, sizeof(sql),
		"DELETE FROM doubt WHERE at < %lld;" DELETE_OF "outcome = 1" BEYOND STRING(
			DOUBTS_MAX) ");" DELETE_OF "outcome = 2" BEYOND STRING(DOUBTS_MAX) ")",
		(long long)(newest - DOUBTS_KEPT));
	return run(b, sql, why);
}

int doubt_base_write(struct job *job, struct doubt_base *b, const struct doubt *v, size_t n,
	char why[DOUBT_BASE_WHY])
{
	int r = run(b, "BEGIN IMMEDIATE", why);

	(void)job;
	if (r < 0)
		return r;
	r = write_all(b, v, n, why);
	if (r == 0)
		r = drop_shares(b, v, n, why);
	if (r == 0 && n)
		r = drop_outdated(b, (usec_t)v[n - 1].at, why);
	if (r == 0)
		r = run(b, "COMMIT", why);
	if (r < 0)
		(void)sqlite3_exec(b->db, "ROLLBACK", NULL, NULL, NULL); /* why says more */
	return r;
}
