/* The runner: finds the files, plays each in a process of its own, so that one that aborts does not take
 * the others along, and writes what was covered. Real time is asked of the kernel directly, since the
 * C library's clocks are the simulated world's here. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "coverage.h"
#include "randomised.h"
#include "scenario.h"

#define FILES_MAX   2000
#define JOBS_MAX    16
#define PATH_BYTES  1024
#define ONE_SECONDS 100 /* real, for one scenario under the sanitizers */
#define OUTPUT_MAX  (300u << 20)
#define REPLIES_MAX (64u << 10) /* of replies.table */

struct options {
	const char *folder, *coverage, *trace;
	uint64_t seed;
	unsigned jobs;
	bool twice, digests, show, times, log;
	const char *const *names; /* files or folders; NULL-terminated */
};

struct job {
	pid_t pid; /* 0: none */
	int output;
	size_t file;
};

struct runner {
	struct options o;
	char *files[FILES_MAX];
	uint64_t digests[FILES_MAX];
	size_t n;
	struct job jobs[JOBS_MAX];
	struct coverage *coverage;
	unsigned passed, failed;
};

static int64_t real_us(void)
{
	struct timespec ts;

	(void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* ---- finding files ---- */

static bool wanted(const struct options *o, const char *name)
{
	bool any = false;

	for (const char *const *want = o->names; *want; want++) {
		struct slice w = slice_str(*want), n = slice_str(name);

		any = true;
		if (slice_eq(n, w) || (slice_starts(n, w) && (n.p[w.n] == '/' || n.p[w.n] == '.')))
			return true;
	}
	return !any;
}

static void add_folder(struct runner *r, const char *folder)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", r->o.folder, folder);
	DIR *dir = opendir(path);

	for (struct dirent *e; dir && (e = readdir(dir));) {
		char name[PATH_BYTES];

		snprintf(name, sizeof(name), "%s/%s", folder, e->d_name);
		if (slice_ends(slice_str(name), S(".sl")) && wanted(&r->o, name) &&
			r->n < FILES_MAX)
			r->files[r->n++] = mem_strdup(slice_str(name));
	}
	if (dir)
		closedir(dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_files(struct runner *r)
{
	DIR *dir = opendir(r->o.folder);

	for (struct dirent *e; dir && (e = readdir(dir));)
		if (e->d_name[0] != '.')
			add_folder(r, e->d_name);
	if (dir)
		closedir(dir);
	qsort(r->files, r->n, sizeof(r->files[0]), by_name);
}

/* ---- one scenario, in a process of its own ---- */

/* Its result goes into the file: "pass|fail DIGEST VIRTUAL-US REAL-US", the failure, observations. */
static void play_one(const struct options *o, const char *name, int output)
{
	const struct scenario_faults faults = { .seed = o->seed };
	struct scenario_seen seen;
	struct scenario scenario;
	struct buf why;

	FILE *out = fdopen(output, "w");

	alarm(ONE_SECONDS);
	if (o->trace)
		setenv("SIM_TRACE", o->trace, 1);
	if (o->log)
		setenv("SIM_LOG", "1", 1);
	buf_init(&why, 2000);
	if (!scenario_load(o->folder, name, &scenario, &why)) {
		fprintf(out, "fail 0 0 0\n%.*s\n", SLICE_ARG(buf_slice(&why)));
		buf_done(&why);
		fclose(out);
		return;
	}
	scenario_seen_init(&seen);
	int64_t began = real_us();

	(void)scenario_run(&scenario, &faults, &seen);
	int64_t took = real_us() - began;

	for (char *c = seen.failure; (c = strchr(c, '\n'));)
		*c = '\t';
	fprintf(out, "%s %" PRIx64 " %" PRId64 " %" PRId64 "\n%s\n", seen.passed ? "pass" : "fail",
		seen.digest, seen.lasted, took, seen.failure);
	fwrite(seen.lines.p ? seen.lines.p : "", 1, seen.lines.n, out);
	fclose(out);
	scenario_seen_done(&seen);
	scenario_free(&scenario);
	buf_done(&why);
}

static void start(struct runner *r, struct job *job, size_t file)
{
	fflush(NULL);
	job->output = memfd_create("scenario", MFD_CLOEXEC);
	job->file = file;
	job->pid = fork();
	if (job->pid == 0) {
		play_one(&r->o, r->files[file], job->output);
		exit(0); /* by which the leak sanitizer speaks */
	}
}

static void show(const struct runner *r, const char *name, bool passed, struct slice failure,
	struct slice lines, int64_t lasted, int64_t took)
{
	const struct options *o = &r->o;

	if (o->digests)
		return;
	if (!passed) {
		printf("not ok %s\n    ", name);
		for (size_t i = 0; i < failure.n; i++)
			printf("%c%s", failure.p[i] == '\t' ? '\n' : failure.p[i],
				failure.p[i] == '\t' ? "    " : "");
		printf("\n    to see it again: scenarios --seed %" PRIu64 " --show %s\n", o->seed,
			name);
	} else {
		printf("ok %s", name);
		if (o->times)
			printf(" # %.1f ms for %.1f h", (double)took / 1000,
				(double)lasted / 3.6e9);
		printf("\n");
	}
	if (o->show)
		printf("%.*s", SLICE_ARG(lines));
}

static void collect(struct runner *r, struct job *job, int status)
{
	const char *name = r->files[job->file];
	off_t n = lseek(job->output, 0, SEEK_END);
	char *text = n > 0 ? mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, job->output, 0) : NULL;
	struct slice rest = slice_of(text, n > 0 ? (size_t)n : 0);
	struct slice head = slice_split(&rest, '\n'), failure = slice_split(&rest, '\n');
	int64_t lasted = 0, took = 0;
	bool passed = status == 0 && slice_starts(head, S("pass "));
	char line[200];

	snprintf(line, sizeof(line), "%.*s", SLICE_ARG(head));
	if (sscanf(line, "%*s %" SCNx64 " %" SCNd64 " %" SCNd64, &r->digests[job->file], &lasted,
		    &took) != 3 ||
		(status != 0 && failure.n == 0))
		failure = S("it died; what it said stands above");
	r->passed += passed;
	r->failed += !passed;
	show(r, name, passed, failure, rest, lasted, took);
	if (passed)
		coverage_add(r->coverage, name, rest);
	if (text)
		munmap(text, (size_t)n);
	close(job->output);
	job->pid = 0;
}

static void wait_one(struct runner *r)
{
	int status;
	pid_t pid = wait(&status);

	for (unsigned i = 0; i < r->o.jobs; i++)
		if (pid > 0 && r->jobs[i].pid == pid)
			collect(r, &r->jobs[i], status);
}

static struct job *free_job(struct runner *r)
{
	for (;;) {
		for (unsigned i = 0; i < r->o.jobs; i++)
			if (r->jobs[i].pid == 0)
				return &r->jobs[i];
		wait_one(r);
	}
}

static void play_files(struct runner *r)
{
	for (size_t i = 0; i < r->n; i++)
		start(r, free_job(r), i);
	for (unsigned i = 0; i < r->o.jobs; i++)
		while (r->jobs[i].pid)
			wait_one(r);
}

/* ---- the same in another process ---- */

static unsigned compare_lines(const struct runner *r, FILE *f)
{
	char name[PATH_BYTES];
	uint64_t digest;
	unsigned different = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (fscanf(f, "%1000s %" SCNx64, name, &digest) == 2 &&
			strcmp(name, r->files[i]) == 0 && digest == r->digests[i])
			continue;
		printf("not ok %s: another process's digest of the same seed differs\n",
			r->files[i]);
		different++;
	}
	return different;
}

/* Its output, or NULL when it cannot even begin. */
static FILE *start_elsewhere(const char *command)
{
	for (int i = 0; i < LAYOUTS; i++) {
		FILE *f = popen(command, "r");
		int c = f ? fgetc(f) : EOF;

		if (c != EOF) {
			ungetc(c, f);
			return f;
		}
		if (f)
			pclose(f);
	}
	return NULL;
}

/* Another run of this program, elsewhere in memory and with other contents of fresh memory, must
 * see the same digests. */
static unsigned compare_twice(const struct runner *r)
{
	char program[PATH_BYTES], command[3 * PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[n > 0 ? n : 0] = 0;
	snprintf(command, sizeof(command),
		"MALLOC_PERTURB_=165 ASAN_OPTIONS=$ASAN_OPTIONS:max_malloc_fill_size=65536:"
		"malloc_fill_byte=165 " RANDOMISED " '%s' --digests --jobs %u --seed %" PRIu64
		" --folder '%s'",
		program, r->o.jobs, r->o.seed, r->o.folder);
	for (const char *const *want = r->o.names; *want; want++)
		snprintf(command + strlen(command), sizeof(command) - strlen(command), " '%s'",
			*want);
	FILE *f = start_elsewhere(command);

	if (f == NULL) {
		printf("not ok: another process does not begin: %s\n", command);
		return 1;
	}
	unsigned different = compare_lines(r, f);

	pclose(f);
	return different;
}

/* ---- the command line ---- */

static bool read_options(int argc, char **argv, struct options *o)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		struct slice a = slice_str(argv[i]);
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (slice_eq(a, S("--twice")))
			o->twice = true;
		else if (slice_eq(a, S("--digests")))
			o->digests = true;
		else if (slice_eq(a, S("--show")))
			o->show = true;
		else if (slice_eq(a, S("--times")))
			o->times = true;
		else if (slice_eq(a, S("--log")))
			o->log = true;
		else if (value == NULL)
			return false;
		else if (slice_eq(a, S("--folder")))
			o->folder = argv[++i];
		else if (slice_eq(a, S("--coverage")))
			o->coverage = argv[++i];
		else if (slice_eq(a, S("--trace")))
			o->trace = argv[++i];
		else if (slice_eq(a, S("--seed")))
			o->seed = strtoull(argv[++i], NULL, 10);
		else if (slice_eq(a, S("--jobs")))
			o->jobs = (unsigned)strtoul(argv[++i], NULL, 10);
		else
			return false;
	}
	o->names = (const char *const *)argv + i;
	return o->jobs > 0 && o->jobs <= JOBS_MAX;
}

static unsigned write_coverage(const struct runner *r)
{
	static char replies[REPLIES_MAX];
	char path[PATH_BYTES];
	unsigned wrong;

	snprintf(path, sizeof(path), "%s/replies.table", r->o.folder);
	FILE *out = fopen(r->o.coverage, "w"), *in = fopen(path, "r");

	if (out == NULL || in == NULL) {
		printf("not ok %s cannot be opened\n", out ? path : r->o.coverage);
		return 1;
	}
	replies[fread(replies, 1, sizeof(replies) - 1, in)] = 0;
	wrong = coverage_write(r->coverage, slice_str(replies), out, stdout);
	fclose(in);
	fclose(out);
	printf("%s: the table of what is covered: %s\n", wrong ? "not ok" : "ok", r->o.coverage);
	return wrong;
}

int main(int argc, char **argv)
{
	static struct runner r = { .o = { .folder = SCENARIOS_FOLDER, .seed = 1, .jobs = 2 } };
	unsigned bad = 0;

	if (!read_options(argc, argv, &r.o)) {
		fprintf(stderr,
			"scenarios [--seed N] [--twice] [--show] [--times] [--log] [--trace FILE]\n"
			"          [--coverage FILE] [--jobs N] [--folder DIR] [FILE | FOLDER]...\n");
		return 64;
	}
	r.coverage = coverage_new();
	find_files(&r);
	play_files(&r);
	for (size_t i = 0; r.o.digests && i < r.n; i++)
		printf("%s %" PRIx64 "\n", r.files[i], r.digests[i]);
	if (r.o.twice)
		bad += compare_twice(&r);
	if (r.o.coverage)
		bad += write_coverage(&r);
	if (!r.o.digests) /* in the words of Check, by which tools/test counts cases */
		printf("%u%%: Checks: %u, Failures: %u, Errors: %u\n",
			100 * r.passed / (r.passed + r.failed + !r.n), r.passed + r.failed,
			r.failed, bad > 0);
	coverage_free(r.coverage);
	for (size_t i = 0; i < r.n; i++)
		free(r.files[i]);
	return r.failed || bad || r.n == 0;
}
