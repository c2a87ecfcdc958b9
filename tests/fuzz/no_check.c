/* The helpers of the unit tests report through Check. A fuzz target has no test runner: a failed
 * assertion of theirs aborts, so that libFuzzer keeps the input. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

void _mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expr, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: %s: ", file, line, expr ? expr : "");
	va_start(ap, fmt);
	if (fmt)
		vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
