/* Writes one of the sample reports to standard output: dsn_sample failed|relayed|utf8. */
#include "dsn_sample.h"

#include <stdio.h>

#include "base/buf.h"

int main(int argc, char **argv)
{
	struct dsn_sample s;
	struct buf b;

	buf_init(&b, 1 << 20);
	dsn_sample_fill(&s, slice_str(argc > 1 ? argv[1] : ""));
	message_dsn_format(&b, &s.dsn);
	size_t n = fwrite(b.p, 1, b.n, stdout);
	int failed = b.failed || n != b.n;

	buf_done(&b);
	return failed;
}
