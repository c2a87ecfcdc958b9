/* torture [--each N] [--seconds S] [--from FILE] [--seed N] [--jobs N] [--only KIND:N] [FILE]...
 *
 * Each file is tortured in processes of its own: when one of them dies at a point, that is reported
 * and another goes on behind it. With --each only so many points of a file are taken, spread evenly;
 * with --seconds no file is begun later than that. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "torture.h"

#define FILES_MAX     2000
#define JOBS_MAX      64
#define POINT_SECONDS 100 /* real, for one point */
#define FAILURES_MAX  20 /* of one file; then it is left alone */

/* Shared with the child that tortures a file. */
struct progress {
	size_t next; /* point to go on with */
	bool ended;
	struct torture_point now;
	unsigned played, failed;
	char why[TORTURE_WHY_BYTES];
};

struct job {
	pid_t pid; /* 0: none */
	const char *file;
	unsigned failed;
	struct progress *progress;
};

static struct {
	const char *folder, *from;
	uint64_t seed, each;
	int64_t seconds, began;
	unsigned jobs;
	struct torture_point only;
	bool one;
	char *files[FILES_MAX];
	size_t n;
	struct job job[JOBS_MAX];
	uint64_t played, failed;
} run = { .folder = SCENARIOS_FOLDER, .seed = 1, .jobs = 2 };

static int64_t real_seconds(void)
{
	struct timespec ts;

	(void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts); /* cannot fail */
	return ts.tv_sec;
}

/* ---- in the child ---- */

static void tell(const char *file, const struct torture_point *p, const char *why)
{
	printf("not ok %s, %s %" PRIu64 ": %s\n    again: torture --seed %" PRIu64
	       " --only %s:%" PRIu64 " %s\n",
		file, torture_kind_name(p->kind), p->number, why, run.seed,
		torture_kind_name(p->kind), p->number, file);
	fflush(stdout);
}

static void one_point(struct torture *t, const char *file, struct progress *p)
{
	char why[TORTURE_WHY_BYTES] = "";

	alarm(POINT_SECONDS);
	p->played++;
	if (torture_at(t, &p->now, why))
		return;
	p->failed++;
	tell(file, &p->now, why);
}

static void all_points(struct torture *t, const char *file, struct progress *p)
{
	size_t n = torture_count(t), step = run.each && run.each < n ? n / run.each : 1;

	if (p->next == 0 && step > 1)
		p->next = (size_t)(run.seed * 7919 + strlen(file)) % step;
	while (p->next < n && p->failed < FAILURES_MAX) {
		p->now = torture_point(t, p->next);
		p->next += step; /* first: should it die there, the next child goes on behind */
		one_point(t, file, p);
	}
}

static void torture_file(const char *file, struct progress *p)
{
	char why[TORTURE_WHY_BYTES];
	struct torture *t;

	alarm(POINT_SECONDS);
	t = torture_new(run.folder, file, run.seed, why);
	if (t == NULL) {
		printf("not ok %s: %s\n", file, why);
		p->failed++;
	} else if (run.one) {
		p->now = run.only;
		one_point(t, file, p);
	} else {
		all_points(t, file, p);
	}
	if (t)
		torture_free(t);
	p->ended = true;
}

/* ---- in the parent ---- */

static void start(struct job *job)
{
	fflush(NULL);
	job->progress->failed = job->progress->played = 0;
	job->pid = fork();
	if (job->pid == 0) {
		torture_file(job->file, job->progress);
		exit(0); /* by which the leak sanitizer speaks */
	}
}

static void collect(struct job *job, int status)
{
	struct progress *p = job->progress;

	run.played += p->played;
	run.failed += p->failed;
	job->failed += p->failed;
	job->pid = 0;
	if (status != 0) {
		run.failed++;
		job->failed++;
		if (p->ended)
			printf("not ok %s: memory leaks at some point (see above)\n", job->file);
		else
			tell(job->file, &p->now, "it died; what it said stands above");
	}
	if (!p->ended && !run.one && job->failed < FAILURES_MAX)
		start(job);
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
		memset(job->progress, 0, sizeof(*job->progress));
		job->file = run.files[i];
		job->failed = 0;
		if (run.each == 0 && !run.one)
			printf("# %s\n", job->file);
		start(job);
	}
	for (unsigned k = 0; k < run.jobs; k++)
		while (run.job[k].pid)
			wait_one();
	return i;
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

	if (colon == NULL)
		return false;
	*colon = '\0';
	run.one = true;
	run.only.number = strtoull(colon + 1, NULL, 10);
	for (enum torture_kind k = 0; k < TORTURE_KINDS; k++) {
		run.only.kind = k;
		if (strcmp(text, torture_kind_name(k)) == 0)
			return true;
	}
	return false;
}

static bool read_option(const char *name, char *value)
{
	if (strcmp(name, "--each") == 0)
		run.each = strtoull(value, NULL, 10);
	else if (strcmp(name, "--seconds") == 0)
		run.seconds = strtoll(value, NULL, 10);
	else if (strcmp(name, "--from") == 0)
		run.from = value;
	else if (strcmp(name, "--seed") == 0)
		run.seed = strtoull(value, NULL, 10);
	else if (strcmp(name, "--jobs") == 0)
		run.jobs = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "--only") == 0)
		return read_only(value);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
		if (!read_option(argv[i], argv[i + 1]))
			break;
	if ((i < argc && argv[i][0] == '-') || run.jobs == 0 || run.jobs > JOBS_MAX) {
		fprintf(stderr, "torture [--each N] [--seconds S] [--from FILE] [--seed N]"
				" [--jobs N] [--only KIND:N] [FILE]...\n");
		return 64;
	}
	for (; i < argc && run.n < FILES_MAX; i++)
		run.files[run.n++] = strdup(argv[i]);
	if (run.n == 0)
		find_files();
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	struct progress *shared = mmap(NULL, sizeof(*shared) * JOBS_MAX, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	for (unsigned k = 0; k < run.jobs; k++)
		run.job[k].progress = &shared[k];
	run.began = real_seconds();
	size_t files = torture_files();

	printf("%" PRIu64 " points of %zu files of %zu, %" PRIu64 " failed\n", run.played, files,
		run.n, run.failed);
	for (size_t k = 0; k < run.n; k++)
		free(run.files[k]);
	return run.failed || files == 0;
}
