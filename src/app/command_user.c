/* `sluice user`: edits a file of users. The file is read whole, rewritten in memory, checked as a
 * log-in would read it, and put in place by one rename, so that a running sluice finds the old file
 * or the new one, never half of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/load.h"
#include "auth/secret.h"
#include "auth/userfile.h"
#include "auth/users.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "rt/job.h"
#include "rt/random.h"
#include "rt/terminal.h"

#define WHY_BYTES      1024
#define PASSWORD_BYTES 4096

static const char *file; /* --file */

/* ---- reading and writing the file ---- */

/* make: a file that is not there is empty. */
static int read_users(const char *who, bool make, struct buf *ret)
{
	if (file == NULL)
		return args_fail(EX_USAGE, who, "the option '--file FILE' is missing");
	int r = load_file(file, ret);

	if (r == 0 || (r == ERR_NOTFOUND && make))
		return EX_OK;
	return args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_NOINPUT, who,
		"the file of users %s cannot be read: %s", file, err_name(r));
}

static int parse_users(const char *who, struct slice text, struct auth_users **ret)
{
	struct buf why;
	int r, status = EX_OK;

	buf_init(&why, WHY_BYTES);
	r = auth_users_parse(text, file, &why, ret);
	if (r < 0)
		status = args_fail(EX_CONFIG, who, "%.*s", SLICE_ARG(buf_slice(&why)));
	buf_done(&why);
	return status;
}

/* Without an address and without patterns a user could log in, and be refused at each MAIL. */
static void warn_senders(const char *who, const struct auth_users *users, struct slice name)
{
	const struct auth_user *user = auth_users_find(users, name);

	if (user && !auth_user_has_senders(user))
		(void)args_fail(0, who,
			"note: %.*s is no address, so this user may send nothing until it has "
			"--senders",
			SLICE_ARG(name));
}

/* Edits and writes. secret is for SET. */
static int rewrite(const char *who, enum auth_userfile_edit edit, struct slice text,
	struct slice name, const struct auth_scram *secret, struct slice senders)
{
	struct auth_users *users = NULL;
	struct buf why, fresh;
	int status = EX_OK;

	buf_init(&why, WHY_BYTES);
	buf_init(&fresh, AUTH_USERS_FILE_MAX);
	int r = auth_userfile_rewrite(text, edit, name, secret, senders, &why, &fresh);

	if (r == ERR_NOTFOUND)
		status = args_fail(
			EX_NOUSER, who, "there is no user '%.*s' in %s", SLICE_ARG(name), file);
	else if (r < 0)
		status = args_fail(EX_DATAERR, who, "%.*s",
			SLICE_ARG(why.n ? buf_slice(&why) : S("the file would be too long")));
	if (status == EX_OK)
		status = parse_users(who, buf_slice(&fresh), &users);
	if (status == EX_OK) {
		r = load_replace(file, buf_slice(&fresh), 0600);
		if (r < 0)
			status = args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_CANTCREAT, who,
				"%s cannot be written: %s", file, err_name(r));
	}
	if (status == EX_OK && edit == AUTH_USERFILE_SET)
		warn_senders(who, users, name);
	auth_users_unref(users);
	buf_done_secret(&fresh);
	buf_done(&why);
	return status;
}

/* ---- add ---- */

static int read_password(const char *who, struct buf *ret)
{
	struct job *job = job_outside_loop();
	struct buf again;
	int r = terminal_read_secret(job, "Password: ", ret);
	bool same = true;

	if (r == 0 && terminal_is(0)) {
		buf_init(&again, PASSWORD_BYTES);
		r = terminal_read_secret(job, "The same again: ", &again);
		same = slice_eq(buf_slice(ret), buf_slice(&again));
		buf_done_secret(&again);
	}
	if (r == ERR_EOF)
		return args_fail(
			EX_NOINPUT, who, "a password was expected on standard input, one line");
	if (r < 0)
		return args_fail(EX_NOINPUT, who, "the password cannot be read: %s", err_name(r));
	return same ? EX_OK : args_fail(EX_DATAERR, who, "the two passwords differ");
}

static int derive(const char *who, struct slice password, struct auth_scram *ret)
{
	uint8_t salt[AUTH_SALT_DEFAULT];
	struct buf prepared;
	int status = EX_OK;

	buf_init(&prepared, PASSWORD_BYTES * 4);
	if (auth_secret_prepare(password, &prepared) < 0) {
		status = args_fail(EX_DATAERR, who,
			"the password is empty, too long, no UTF-8, or holds what a password may "
			"not (RFC 4013)");
	} else {
		random_bytes(salt, sizeof(salt));
		if (auth_secret_derive(job_outside_loop(), buf_slice(&prepared),
			    slice_of(salt, sizeof(salt)), AUTH_ROUNDS_DEFAULT, ret) < 0)
			status = args_fail(EX_OSERR, who, "out of memory");
	}
	buf_done_secret(&prepared);
	return status;
}

static int user_add(int argc, char **argv)
{
	static const char who[] = "user add";
	const char *senders = NULL;
	const struct args_option options[] = {
		{ "--file", &file, NULL },
		{ "--senders", &senders, NULL },
	};
	struct auth_scram secret = { 0 };
	struct buf text, password;

	if (!args_parse(who, options, 2, 1, 1, &argc, argv))
		return EX_USAGE;
	buf_init(&text, AUTH_USERS_FILE_MAX);
	buf_init(&password, PASSWORD_BYTES);
	int status = read_users(who, true, &text);

	if (status == EX_OK)
		status = read_password(who, &password);
	if (status == EX_OK)
		status = derive(who, buf_slice(&password), &secret);
	if (status == EX_OK)
		status = rewrite(who, AUTH_USERFILE_SET, buf_slice(&text), slice_str(argv[1]),
			&secret, slice_str(senders));
	mem_wipe(&secret, sizeof(secret));
	buf_done_secret(&password);
	buf_done_secret(&text);
	return status;
}

/* ---- remove, disable, enable ---- */

static int edit(const char *who, enum auth_userfile_edit how, int argc, char **argv)
{
	const struct args_option options[] = { { "--file", &file, NULL } };
	struct buf text;

	if (!args_parse(who, options, 1, 1, 1, &argc, argv))
		return EX_USAGE;
	buf_init(&text, AUTH_USERS_FILE_MAX);
	int status = read_users(who, false, &text);

	if (status == EX_OK)
		status = rewrite(who, how, buf_slice(&text), slice_str(argv[1]), NULL, SLICE_NIL);
	buf_done_secret(&text);
	return status;
}

static int user_remove(int argc, char **argv)
{
	return edit("user remove", AUTH_USERFILE_REMOVE, argc, argv);
}

static int user_disable(int argc, char **argv)
{
	return edit("user disable", AUTH_USERFILE_DISABLE, argc, argv);
}

static int user_enable(int argc, char **argv)
{
	return edit("user enable", AUTH_USERFILE_ENABLE, argc, argv);
}

/* ---- list ---- */

static void print_user(const struct auth_user *u)
{
	printf("%.*s\t%s\t%s\t%.*s\n", SLICE_ARG(u->name), u->disabled ? "disabled" : "enabled",
		u->secret.kind == AUTH_SECRET_SCRAM ? "scram-sha-256" : "crypt",
		SLICE_ARG(u->senders.n		     ? u->senders
			  : auth_user_has_senders(u) ? u->name
						     : S("-")));
}

static int user_list(int argc, char **argv)
{
	static const char who[] = "user list";
	const struct args_option options[] = { { "--file", &file, NULL } };
	struct auth_users *users = NULL;
	struct buf text;

	if (!args_parse(who, options, 1, 0, 0, &argc, argv))
		return EX_USAGE;
	buf_init(&text, AUTH_USERS_FILE_MAX);
	int status = read_users(who, false, &text);

	if (status == EX_OK)
		status = parse_users(who, buf_slice(&text), &users);
	for (size_t i = 0; users && i < auth_users_count(users); i++)
		print_user(auth_users_at(users, i));
	auth_users_unref(users);
	buf_done_secret(&text);
	return status;
}

static const struct args_command commands[] = {
	{ "add", user_add, "--file FILE [--senders PATTERNS] NAME",
		"Adds a user, or gives it a new password and enables it. The password is one\n"
		"line of standard input; on a terminal it is asked for without an echo.\n"
		"PATTERNS, separated by commas, are the addresses that the user may send as\n"
		"(`*@example.org`); without them the name itself, if it is an address." },
	{ "list", user_list, "--file FILE",
		"Prints a line a user: name, enabled or disabled, kind of secret, and the\n"
		"addresses that it may send as, separated by tabs." },
	{ "remove", user_remove, "--file FILE NAME", "Removes a user." },
	{ "disable", user_disable, "--file FILE NAME",
		"Refuses the user's log-ins from now on; its line is kept." },
	{ "enable", user_enable, "--file FILE NAME", "Takes the refusal back." },
};

int command_user(int argc, char **argv)
{
	return args_dispatch("user",
		"Edits a file of users. A running sluice reads it again on SIGHUP.", commands,
		sizeof(commands) / sizeof(commands[0]), argc, argv);
}
