/* One parser for all commands, so that they agree on what an option looks like and on how they
 * refuse. getopt_long would print sentences of its own and reorder by the environment. */
#include "app/args.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int args_fail(int status, const char *who, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "sluice %s: ", who);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

/* "--file" and "--file=..." both name the option. */
static const struct args_option *find(
	const struct args_option *options, size_t n, const char *word, const char **ret_value)
{
	for (size_t i = 0; i < n; i++) {
		size_t name_n = strlen(options[i].name);

		*ret_value = NULL;
		if (strncmp(options[i].name, word, name_n) != 0)
			continue;
		if (word[name_n] == '\0')
			return &options[i];
		if (word[name_n] == '=' && !options[i].flag) {
			*ret_value = word + name_n + 1;
			return &options[i];
		}
	}
	return NULL;
}

/* Takes argv[*at], and its value if that is a word of its own. */
static bool take_option(const char *who, const struct args_option *options, size_t n, int argc,
	char **argv, int *at)
{
	const char *word = argv[*at], *value;
	const struct args_option *o = find(options, n, word, &value);

	if (o == NULL) {
		(void)args_fail(0, who, "there is no option '%s'; `sluice %s --help` tells more",
			word, who);
		return false;
	}
	if (o->flag) {
		*o->flag = true;
		return true;
	}
	if (value == NULL && ++*at == argc) {
		(void)args_fail(0, who, "the option '%s' needs a value", word);
		return false;
	}
	if (value == NULL)
		value = argv[*at];
	if (o->values == NULL) {
		*o->value = value;
		return true;
	}
	if (o->values->n == o->values->room) {
		(void)args_fail(0, who, "the option '%s' stands there more than %zu times", word,
			o->values->room);
		return false;
	}
	o->values->v[o->values->n++] = value;
	return true;
}

bool args_parse(const char *who, const struct args_option *options, size_t n, int min, int max,
	int *argc, char **argv)
{
	bool words_only = false;
	int words = 0;

	for (int i = 1; i < *argc; i++) {
		if (words_only || argv[i][0] != '-' || argv[i][1] == '\0')
			argv[++words] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			words_only = true;
		else if (!take_option(who, options, n, *argc, argv, &i))
			return false;
	}
	*argc = words + 1;
	if (words >= min && words <= max)
		return true;
	(void)args_fail(0, who,
		words < min ? "a word is missing; `sluice %s --help` tells more"
			    : "too many words; `sluice %s --help` tells more",
		who);
	return false;
}

static int list_commands(
	FILE *to, const char *who, const char *intro, const struct args_command *commands, size_t n)
{
	fprintf(to, "usage: sluice %s COMMAND ...\n%s\n\n", who, intro);
	for (size_t i = 0; i < n; i++)
		fprintf(to, "  %s %s\n", commands[i].name, commands[i].usage);
	fprintf(to, "\n`sluice %s COMMAND --help` tells more.\n", who);
	return to == stdout ? EX_OK : EX_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

int args_dispatch(const char *who, const char *intro, const struct args_command *commands, size_t n,
	int argc, char **argv)
{
	if (argc < 2)
		return list_commands(stderr, who, intro, commands, n);
	if (strcmp(argv[1], "--help") == 0)
		return list_commands(stdout, who, intro, commands, n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (!asks_for_help(argc - 1, argv + 1))
			return commands[i].run(argc - 1, argv + 1);
		printf("usage: sluice %s %s %s\n%s\n", who, commands[i].name, commands[i].usage,
			commands[i].help);
		return EX_OK;
	}
	(void)args_fail(0, who, "there is no command '%s'", argv[1]);
	return list_commands(stderr, who, intro, commands, n);
}
