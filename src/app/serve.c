/* `sluice serve -c FILE`: reads the configuration, then supervises. */
#include <stdio.h>
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
	const char *path = COMMANDS_CONFIG_FILE;
	bool help = false;
	const struct args_option options[] = {
		{ "-c", &path, NULL },
		{ "--help", NULL, &help },
	};
	const struct config *config;
	struct buf text;

	if (!args_parse("serve", options, sizeof(options) / sizeof(options[0]), 0, 0, &argc, argv))
		return EX_USAGE;
	if (help) {
		puts("usage: sluice serve [-c FILE]\n"
		     "Takes, keeps and delivers mail, in the foreground, until SIGTERM; SIGHUP\n"
		     "reads the configuration again. FILE is " COMMANDS_CONFIG_FILE
		     " unless -c says otherwise.");
		return EX_OK;
	}
	buf_init(&text, REPORT_BYTES);
	int r = load_config(path, &text, &config);

	fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
	if (r < 0)
		return EX_CONFIG;
	int status = supervisor_run(path, config);

	config_unref(config);
	return status;
}
