/* Prints what is made from the table of options: tools/generate writes it into docs/, a test
 * compares. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/write.h"

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(struct buf *ret);
	} kinds[] = {
		{ "sample", config_write_sample },
		{ "manual", config_write_manual },
		{ "schema", config_write_schema },
	};

	for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0) {
			struct buf b;

			buf_init(&b, CONFIG_WRITE_MAX);
			kinds[i].write(&b);
			fwrite(b.p, 1, b.n, stdout);
			buf_done(&b);
			return 0;
		}
	fprintf(stderr, "usage: config-print sample|manual|schema\n");
	return 64;
}
