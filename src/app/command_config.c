/* `sluice config`: what the configuration says, and what it could say. Everything comes from the
 * table of options. */
#include <stdio.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/load.h"
#include "auth/users.h"
#include "base/buf.h"
#include "config/config.h"
#include "config/write.h"
#include "rt/tls.h"

#define REPORT_BYTES 65536

static const char *path = COMMANDS_CONFIG_FILE;
static const struct args_option options[] = { { "-c", &path, NULL } };

/* Prints what there is to say about the file. */
static int load(const struct config **ret)
{
	struct buf text;

	buf_init(&text, REPORT_BYTES);
	int r = load_config(path, &text, ret);

	fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
	return r < 0 ? EX_CONFIG : EX_OK;
}

/* What the loader takes as bytes must also be users and certificates. */
static int check_files(const struct config *config)
{
	struct auth_users *users = NULL;
	struct tls_server *tls = NULL;
	struct buf why;
	int status = EX_OK;

	buf_init(&why, REPORT_BYTES);
	if (load_users(config, &why, &users) < 0)
		status = args_fail(EX_CONFIG, "config check", "%.*s", SLICE_ARG(buf_slice(&why)));
	buf_clear(&why);
	if (load_tls(config, &why, &tls) < 0)
		status = args_fail(EX_CONFIG, "config check",
			"the certificates cannot be used: %.*s", SLICE_ARG(buf_slice(&why)));
	auth_users_unref(users);
	tls_server_unref(tls);
	buf_done(&why);
	return status;
}

static int config_check(int argc, char **argv)
{
	const struct config *config = NULL;

	if (!args_parse("config check", options, 1, 0, 0, &argc, argv))
		return EX_USAGE;
	int status = load(&config);

	if (status == EX_OK)
		status = check_files(config);
	if (status == EX_OK)
		printf("%s: the configuration is good\n", path);
	config_unref(config);
	return status;
}

static int print(struct buf *text)
{
	(void)fwrite(text->p, 1, text->n, stdout); /* an error is seen by fflush */
	buf_done(text);
	return fflush(stdout) == 0 ? EX_OK
				   : args_fail(EX_IOERR, "config", "the output cannot be written");
}

static int config_show(int argc, char **argv)
{
	const struct config *config = NULL;
	struct buf text;

	if (!args_parse("config show", options, 1, 0, 0, &argc, argv))
		return EX_USAGE;
	int status = load(&config);

	if (status == EX_OK) {
		buf_init(&text, CONFIG_WRITE_MAX);
		config_write_show(config, &text);
		status = print(&text);
	}
	config_unref(config);
	return status;
}

static int config_explain(int argc, char **argv)
{
	struct buf text;

	if (!args_parse("config explain", NULL, 0, 1, 1, &argc, argv))
		return EX_USAGE;
	buf_init(&text, CONFIG_WRITE_MAX);
	if (config_write_explain(slice_str(argv[1]), &text))
		return print(&text);
	return args_fail(EX_USAGE, "config explain",
		"there is no option '%s'; options are named like limits.hops or listeners.tls",
		argv[1]);
}

static int derived(const char *who, void (*write)(struct buf *ret), int argc, char **argv)
{
	struct buf text;

	if (!args_parse(who, NULL, 0, 0, 0, &argc, argv))
		return EX_USAGE;
	buf_init(&text, CONFIG_WRITE_MAX);
	write(&text);
	return print(&text);
}

static int config_sample(int argc, char **argv)
{
	return derived("config sample", config_write_sample, argc, argv);
}

static int config_schema(int argc, char **argv)
{
	return derived("config schema", config_write_schema, argc, argv);
}

static int config_manual(int argc, char **argv)
{
	return derived("config manual", config_write_manual, argc, argv);
}

static const struct args_command commands[] = {
	{ "check", config_check, "[-c FILE]",
		"Reads the configuration and the files that it names, and lists what is wrong\n"
		"as FILE:LINE:COLUMN. Exit status 78 when there is an error." },
	{ "show", config_show, "[-c FILE]",
		"Prints the effective configuration: every value, and whether it stands in\n"
		"the file, is implied, or is the default. Secrets are not shown." },
	{ "explain", config_explain, "KEY",
		"Explains one option or section, for example limits.hops, listeners.tls." },
	{ "sample", config_sample, "",
		"Prints a configuration with every option, its default and its meaning." },
	{ "schema", config_schema, "", "Prints a JSON Schema for editors." },
	{ "manual", config_manual, "", "Prints the manual page sluice.yaml(5) for man -l." },
};

int command_config(int argc, char **argv)
{
	return args_dispatch("config", "FILE is " COMMANDS_CONFIG_FILE " unless -c says otherwise.",
		commands, sizeof(commands) / sizeof(commands[0]), argc, argv);
}
