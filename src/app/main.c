/* The door: `sluice COMMAND ...`, or a command by the name under which it was started. Each command
 * has a file of its own. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "app/commands.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "serve", command_serve, "take, keep and deliver mail, in the foreground" },
	{ "sink", command_sink, "catch mail in a Maildir, for trying things out" },
	{ "config", command_config, "check, show, explain the configuration" },
	{ "explain", command_explain, "tell what would happen to a message, and why" },
	{ "queue", command_queue, "show and change what waits to be delivered" },
	{ "spool", command_spool, "read the files of the spool: verify, dump" },
	{ "status", command_status, "show how the running program does" },
	{ "user", command_user, "add, list, remove those who may log in" },
	{ "version", command_version, "print the version" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int command_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("sluice " SLUICE_VERSION);
	return EX_OK;
}

static int usage(FILE *to)
{
	fputs("usage: sluice COMMAND ...\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].help);
	fputs("\n`sluice COMMAND --help` tells more.\n", to);
	return to == stdout ? EX_OK : EX_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "--version") == 0)
		return command_version(0, NULL);
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "sluice: there is no command '%s'\n", argv[1]);
	return usage(stderr);
}
