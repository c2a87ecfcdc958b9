/* torture [--each N] [--seconds S] [--from FILE] [--seed N] [--jobs N] [--only KIND[:N]]
 *         [--folder DIR] [--dense N] [--allocations few|places|all] [--all] [--count] [FILE]...
 *
 * Each file is tortured in a process of its own, which makes one more for each point. With --each
 * only so many points of a file are taken, spread evenly; with --only those of a kind, or one;
 * with --seconds no file is begun later than that. Behind the first 2,000 suspensions of a run (with
 * --dense: another number) one of 29 is taken, and of very many allocations at once those of different
 * places (with --each: a dozen; --allocations says otherwise). --all takes every one of both. --count
 * tells how many points there are. */
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "torture.h"

#define FILES_MAX    2000
#define JOBS_MAX     64
#define FAILURES_MAX 20 /* of one file; then it is left alone */

/* Shared with the child that tortures a file. */
struct progress {
	uint64_t played[TORTURE_KINDS];
	unsigned failed;
};

struct job {
	pid_t pid; /* 0: none */
	const char *file;
	size_t first, step; /* points to take */
	struct progress *progress;
};

static struct {
	const char *folder, *from;
	uint64_t seed, each;
	struct torture_choice choice;
	bool chosen; /* which allocations */
	int64_t seconds, began;
	unsigned jobs;
	struct torture_point only;
	bool some, one; /* only those of a kind; one of them */
	bool count; /* the points, nothing else */
	char *files[FILES_MAX];
	size_t n;
	struct job job[JOBS_MAX];
	uint64_t played[TORTURE_KINDS], failed;
} run = { .folder = SCENARIOS_FOLDER, .seed = 1, .choice = { 2000, TORTURE_PLACES }, .jobs = 2 };

static int64_t real_seconds(void)
{
	struct timespec ts;

	(void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts); /* cannot fail */
	return ts.tv_sec;
}

/* ---- in the child ---- */

static bool result(void *arg, const struct torture_point *p, const char *why)
{
	struct job *job = arg;
	const char *kind = torture_kind_name(p->kind);

	job->progress->played[p->kind]++;
	if (why == NULL)
		return true;
	printf("not ok %s, %s %" PRIu64 ": %s\n    again: torture --seed %" PRIu64
	       " --only %s:%" PRIu64 " %s\n",
		job->file, kind, p->number, why, run.seed, kind, p->number, job->file);
	fflush(stdout);
	return ++job->progress->failed < FAILURES_MAX;
}

static bool wants(void *arg, size_t i, const struct torture_point *p)
{
	const struct job *job = arg;

	if (run.some && p->kind != run.only.kind)
		return false;
	return run.one ? p->number == run.only.number : i % job->step == job->first;
}

static void torture_file(struct job *job)
{
	char why[TORTURE_WHY_BYTES];
	struct torture *t = torture_new(run.folder, job->file, run.seed, &run.choice, why);

	if (t == NULL) {
		printf("not ok %s: %s\n", job->file, why);
		job->progress->failed++;
		return;
	}
	size_t n = torture_count(t);

	for (size_t i = 0; i < n && run.count; i++)
		job->progress->played[torture_kind_at(t, i)]++;
	job->step = run.each && run.each < n ? n / run.each : 1;
	job->first = (size_t)(run.seed * 7919 + strlen(job->file)) % job->step;
	if (!run.count)
		torture_walk(t, &(struct torture_walk){ wants, result, job });
	torture_free(t);
}

/* ---- in the parent ---- */

static void start(struct job *job, const char *file)
{
	memset(job->progress, 0, sizeof(*job->progress));
	job->file = file;
	fflush(NULL);
	job->pid = fork();
	if (job->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		torture_file(job);
		exit(0);
	}
}

static void collect(struct job *job, int status)
{
	const struct progress *p = job->progress;

	job->pid = 0;
	uint64_t points = 0;

	run.failed += p->failed + (status != 0);
	for (unsigned k = 0; k < TORTURE_KINDS; k++) {
		run.played[k] += p->played[k];
		points += p->played[k];
	}
	if (status)
		printf("not ok %s: without a strike it died; what it said stands above\n",
			job->file);
	if (run.each == 0 && !run.one)
		printf("# %s: %" PRIu64 " points\n", job->file, points);
	fflush(stdout);
}

static void wait_one(void)
{
	int status;
	pid_t pid = wait(&status);

	for (unsigned i = 0; i < run.jobs; i++)
		if (pid > 0 && run.job[i].pid == pid)
			collect(&run.job[i], status);
}

static struct job *free_job(void)
{
	for (;;) {
		for (unsigned i = 0; i < run.jobs; i++)
			if (run.job[i].pid == 0)
				return &run.job[i];
		wait_one();
	}
}

static size_t torture_files(void)
{
	size_t i = 0;

	for (; i < run.n; i++) {
		struct job *job = free_job();

		if (run.seconds && real_seconds() - run.began >= run.seconds)
			break;
		start(job, run.files[i]);
	}
	for (unsigned k = 0; k < run.jobs; k++)
		while (run.job[k].pid)
			wait_one();
	return i;
}

static void say_what_was_done(size_t files)
{
	struct rusage used = { 0 };
	uint64_t all = 0;

	(void)getrusage(RUSAGE_CHILDREN, &used); /* cannot fail */
	for (unsigned k = 0; k < TORTURE_KINDS; k++)
		all += run.played[k];
	printf("%" PRIu64 " points of %zu files of %zu in %" PRId64 " s, %" PRId64
	       " s of processors (",
		all, files, run.n, real_seconds() - run.began,
		(int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec));
	for (unsigned k = 0; k < TORTURE_KINDS; k++)
		printf("%s%s %" PRIu64, k ? ", " : "", torture_kind_name((enum torture_kind)k),
			run.played[k]);
	printf("), %" PRIu64 " failed\n", run.failed);
}

/* ---- which files ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_files(void)
{
	char command[1200], line[300];

	snprintf(command, sizeof(command), "cd '%s' && ls */*.sl", run.folder);
	FILE *f = popen(command, "r");

	while (f && run.n < FILES_MAX && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (run.from == NULL || strcmp(line, run.from) >= 0)
			run.files[run.n++] = strdup(line);
	}
	if (f)
		pclose(f);
	qsort(run.files, run.n, sizeof(run.files[0]), by_name);
}

static bool read_only(char *text)
{
	char *colon = strchr(text, ':');

	run.some = true;
	run.one = colon != NULL;
	if (colon) {
		*colon = '\0';
		run.only.number = strtoull(colon + 1, NULL, 10);
	}
	for (enum torture_kind k = 0; k < TORTURE_KINDS; k++) {
		run.only.kind = k;
		if (strcmp(text, torture_kind_name(k)) == 0)
			return true;
	}
	return false;
}

static bool read_allocations(const char *text)
{
	static const char *const names[] = { "few", "places", "all" };

	run.chosen = true;
	for (run.choice.allocations = TORTURE_FEW; run.choice.allocations <= TORTURE_ALL;
		run.choice.allocations++)
		if (strcmp(text, names[run.choice.allocations]) == 0)
			return true;
	return false;
}

static bool read_option(const char *name, char *value)
{
	if (strcmp(name, "--each") == 0)
		run.each = strtoull(value, NULL, 10);
	else if (strcmp(name, "--dense") == 0)
		run.choice.dense = strtoull(value, NULL, 10);
	else if (strcmp(name, "--seconds") == 0)
		run.seconds = strtoll(value, NULL, 10);
	else if (strcmp(name, "--from") == 0)
		run.from = value;
	else if (strcmp(name, "--folder") == 0)
		run.folder = value;
	else if (strcmp(name, "--seed") == 0)
		run.seed = strtoull(value, NULL, 10);
	else if (strcmp(name, "--jobs") == 0)
		run.jobs = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "--only") == 0)
		return read_only(value);
	else if (strcmp(name, "--allocations") == 0)
		return read_allocations(value);
	else
		return false;
	return true;
}

static bool read_switch(const char *name)
{
	bool all = strcmp(name, "--all") == 0, count = strcmp(name, "--count") == 0;

	run.count |= count;
	if (all) {
		run.choice = (struct torture_choice){ UINT64_MAX, TORTURE_ALL };
		run.chosen = true;
	}
	return all || count;
}

/* Pieces that the C library keeps for each thread would count as allocated: without them. */
static void want_plain_memory(char **argv)
{
	static const char name[] = "GLIBC_TUNABLES", value[] = "glibc.malloc.tcache_count=0";
	const char *is = getenv(name);

	if (is && strcmp(is, value) == 0)
		return;
	setenv(name, value, 1);
	execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	static char output[BUFSIZ]; /* nothing is allocated while a run is under way */
	int i = 1;

	want_plain_memory(argv);
	for (; i < argc && argv[i][0] == '-'; i++)
		if (!read_switch(argv[i]) &&
			(i + 1 == argc || !read_option(argv[i], argv[i + 1]) || ++i == argc))
			break;
	if ((i < argc && argv[i][0] == '-') || run.jobs == 0 || run.jobs > JOBS_MAX) {
		fprintf(stderr, "torture [--each N] [--seconds S] [--from FILE] [--seed N]"
				" [--jobs N] [--only KIND[:N]] [--folder DIR] [--dense N]"
				" [--allocations few|places|all] [--all] [--count] [FILE]...\n");
		return 64;
	}
	if (run.one)
		run.choice.allocations = TORTURE_ALL;
	else if (run.each && !run.chosen)
		run.choice.allocations = TORTURE_FEW; /* telling places apart takes its time */
	for (; i < argc && run.n < FILES_MAX; i++)
		run.files[run.n++] = strdup(argv[i]);
	if (run.n == 0)
		find_files();
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	mallopt(M_TRIM_THRESHOLD, 1 << 28); /* not given back and asked for again */
	mallopt(M_MMAP_THRESHOLD, 1 << 18); /* large tables come as zeros: none need be written */
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	struct progress *shared = mmap(NULL, sizeof(*shared) * JOBS_MAX, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (unsigned k = 0; k < run.jobs; k++)
		run.job[k].progress = &shared[k];
	run.began = real_seconds();
	size_t files = torture_files();

	say_what_was_done(files);
	for (size_t k = 0; k < run.n; k++)
		free(run.files[k]);
	return run.failed || files == 0;
}
