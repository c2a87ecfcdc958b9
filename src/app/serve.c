/* `sluice serve -c FILE`: reads the configuration, then supervises. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/load.h"
#include "app/supervisor.h"
#include "base/buf.h"
#include "config/config.h"

#define REPORT_BYTES 65536

int command_serve(int argc, char **argv)
{
	const struct config *config;
	struct buf text;

	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		fputs("usage: sluice serve -c FILE\n", stderr);
		return EX_USAGE;
	}
	buf_init(&text, REPORT_BYTES);
	int r = load_config(argv[2], &text, &config);

	fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
	if (r < 0)
		return EX_CONFIG;
	int status = supervisor_run(argv[2], config);

	config_unref(config);
	return status;
}
