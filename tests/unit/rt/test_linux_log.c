/* The log on standard error: a pipe, a socket and a file, with readers that do not read. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "check_main.h"
#include "rt/ctx.h"
#include "rt/log.h"
#include "rt/loop.h"

#define LINES 4000

static int say_much(struct ctx *ctx, void *arg)
{
	char text[400];

	(void)arg;
	memset(text, 'x', sizeof(text));
	ctx->log.session = S("s1");
	ctx->log.action = "testing";
	for (int i = 0; i < LINES; i++) {
		LOG(ctx, EV_NOTICE, FIELD_INT("number", i),
			FIELD("text", slice_of(text, sizeof(text))));
		if (i % 100 == 0)
			ck_assert_int_eq(ctx_yield(ctx), 0);
	}
	return 0;
}

/* Nobody reads the other end: the loop ends all the same, and what was lost is counted. */
static void flood(int read_end, int write_end)
{
	size_t got = 0, lines = 0;
	char *text = mem_alloc(LINES * 1000);

	ck_assert_int_eq(dup2(write_end, STDERR_FILENO), STDERR_FILENO);
	close(write_end);
	ck_assert_int_eq(loop_run("test", say_much, NULL), 0);
	/* The flag of the description that others share is as it was. */
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(STDERR_FILENO);
	for (ssize_t n = 1; n > 0; got += n > 0 ? (size_t)n : 0)
		n = read(read_end, text + got, LINES * 1000 - got);
	for (size_t i = 0; i < got; i++)
		lines += text[i] == '\n';
	uint64_t dropped = metric_read(METRIC_LOG_DROPPED);

	ck_assert_uint_gt(dropped, 0);
	ck_assert_uint_gt(lines, 0);
	/* The line that was cut at the end is counted as dropped. */
	ck_assert_uint_eq(lines + dropped, LINES);
	ck_assert_ptr_nonnull(strstr(text, " notice session=s1 action=testing number=0 "));
	free(text);
}

START_TEST(a_full_pipe_does_not_block)
{
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	flood(fd[0], fd[1]);
}
END_TEST

START_TEST(a_full_socket_does_not_block)
{
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	flood(fd[0], fd[1]);
}
END_TEST

START_TEST(a_file_takes_everything)
{
	char path[] = "/tmp/sluice-test-XXXXXX";
	int fd = mkstemp(path);
	off_t size;

	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(write(STDERR_FILENO, "before\n", 7), 7);
	ck_assert_int_eq(loop_run("test", say_much, NULL), 0);
	size = lseek(fd, 0, SEEK_END);
	unlink(path);
	ck_assert_int_gt(size, LINES * 400);
	ck_assert_uint_eq(metric_read(METRIC_LOG_DROPPED), 0);
}
END_TEST

START_TEST(a_reader_that_left_is_no_accident)
{
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(dup2(fd[1], STDERR_FILENO), STDERR_FILENO);
	close(fd[0]);
	close(fd[1]);
	ck_assert_int_eq(loop_run("test", say_much, NULL), 0);
	ck_assert_uint_eq(metric_read(METRIC_LOG_DROPPED), LINES);
}
END_TEST

/* Outside the loop a line goes out at once; levels below the least are left out. */
START_TEST(lines_before_the_loop_are_written_at_once)
{
	int fd[2];
	char text[1000];

	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(dup2(fd[1], STDERR_FILENO), STDERR_FILENO);
	log_setup(EVENT_JSON, EVENT_WARNING);
	LOG(NULL, EV_NOTICE, FIELD_INT("number", 1));
	LOG(NULL, EV_TROUBLE, FIELD_INT("number", 2));
	ssize_t n = read(fd[0], text, sizeof(text) - 1);

	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "\"event\":\"trouble\",\"number\":2}\n"));
	ck_assert_ptr_null(strstr(text, "notice"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("rt linux log");
	TCase *t = tcase_create("log");

	tcase_set_timeout(t, 20);
	tcase_add_test(t, a_full_pipe_does_not_block);
	tcase_add_test(t, a_full_socket_does_not_block);
	tcase_add_test(t, a_file_takes_everything);
	tcase_add_test(t, a_reader_that_left_is_no_accident);
	tcase_add_test(t, lines_before_the_loop_are_written_at_once);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
