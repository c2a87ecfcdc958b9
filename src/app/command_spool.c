/* `sluice spool`: the journal's files, offline and without changing them. */
#include <stdio.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/commands.h"
#include "app/load.h"
#include "app/partitions.h"
#include "app/text_out.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "config/config.h"
#include "rt/job.h"
#include "spool/offline.h"

#define REPORT_BYTES 65536

/* ---- what is found ---- */

static void print_trouble(
	void *arg, const char *file, uint32_t offset, bool rotten, const char *what)
{
	fprintf(stderr, "%s/%s at %u: %s: %s\n", (const char *)arg, file, offset,
		rotten ? "ROTTEN" : "torn", what);
}

static void show_progress(void *arg, unsigned done, unsigned total)
{
	partitions_progress(arg, done, total);
}

static void print_report(const char *path, const struct spool_offline_report *r)
{
	printf("%s: %u segments (%u spare), %llu batches, %llu records; %llu messages, "
	       "recipients: %llu waiting, %llu held; ",
		path, r->segments, r->spare, (unsigned long long)r->batches,
		(unsigned long long)r->records, (unsigned long long)r->messages,
		(unsigned long long)r->recipients[SPOOL_WAITING],
		(unsigned long long)r->recipients[SPOOL_HELD]);
	text_out_bytes((int64_t)r->bytes);
	if (r->rotten)
		printf("; %u ROTTEN", r->rotten);
	printf("%s\n", r->torn ? "; a torn tail" : "");
	if (r->in_use)
		printf("%s: sluice has it open: what it writes meanwhile may look torn\n", path);
}

/* ---- dump ---- */

static void dump_segment(void *arg, const struct spool_offline_segment *s)
{
	(void)arg;
	printf("segment %06u generation=%u size=%u partition=%u batches=%u%s%s\n", s->number,
		s->generation, s->size, s->partition, s->batches, s->first ? "" : " spare",
		s->header_rotten ? " header-rotten" : "");
}

static const char *type_word(enum spool_record_type type)
{
	static const char *const words[] = {
		[SPOOL_RECORD_MSG] = "message",
		[SPOOL_RECORD_MOVE] = "moved-message",
		[SPOOL_RECORD_STATE] = "state",
		[SPOOL_RECORD_DEAD] = "gone",
		[SPOOL_RECORD_SUMMARY] = "summary",
	};

	return (size_t)type < sizeof(words) / sizeof(words[0]) && words[type] ? words[type] : "?";
}

static const char *cause_word(enum spool_cause cause)
{
	static const char *const words[] = {
		[SPOOL_CAUSE_NONE] = "",
		[SPOOL_CAUSE_RESULT] = " cause=result",
		[SPOOL_CAUSE_HOLD] = " cause=hold",
		[SPOOL_CAUSE_RELEASE] = " cause=release",
		[SPOOL_CAUSE_RETRY] = " cause=retry",
		[SPOOL_CAUSE_REMOVE] = " cause=remove",
		[SPOOL_CAUSE_QUARANTINE] = " cause=quarantine",
		[SPOOL_CAUSE_COMPACTION] = " cause=compaction",
	};

	return (size_t)cause < sizeof(words) / sizeof(words[0]) ? words[cause] : " cause=?";
}

static void dump_envelope(const struct spool_offline_record *r)
{
	struct arena arena = ARENA_INIT;
	struct spool_envelope e;

	if (r->facts.n && r->facts_good && spool_envelope_decode(r->facts, &arena, &e) == 0) {
		printf("    from <");
		text_out(e.reverse_path);
		printf(">\n");
		for (size_t i = 0; i < e.rcpts_n; i++) {
			printf("    to %zu <", i);
			text_out(e.rcpts[i].forward_path);
			printf(">\n");
		}
	}
	arena_reset(&arena);
}

static void dump_states(struct slice states)
{
	static const char *const words[SPOOL_STATES] = { "waiting", "active", "held", "done",
		"failed" };
	struct cursor c = cursor_of(states);
	struct spool_state_entry e;

	while (spool_format_state(&c, &e)) {
		printf("    recipient %u %s attempts=%u", e.rcpt, words[e.state], e.attempts);
		if (e.state == SPOOL_WAITING)
			text_out_time(" due=", e.due);
		if (e.reason.n) {
			printf(": ");
			text_out(e.reason);
		}
		putchar('\n');
	}
}

static void dump_record(void *arg, const struct spool_offline_record *r)
{
	const struct spool_record_header *h = &r->header;
	char id[TEXT_ID_CHARS];

	(void)arg;
	text_id(h->id, id);
	printf("  batch %llu at %u %s", (unsigned long long)r->batch, r->offset,
		type_word(h->type));
	if (h->type != SPOOL_RECORD_SUMMARY)
		printf(" id=%.*s%s", TEXT_ID_CHARS, id, cause_word(h->cause));
	if (h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE)
		printf(" header=%u body=%u%s", h->bytes[SPOOL_PART_HEADER],
			h->bytes[SPOOL_PART_BODY], h->in_file ? " own-file" : "");
	printf("%s%s\n", r->facts_good ? "" : " ROTTEN", r->content_good ? "" : " CONTENT-ROTTEN");
	if (h->type == SPOOL_RECORD_MSG || h->type == SPOOL_RECORD_MOVE)
		dump_envelope(r);
	if (h->type != SPOOL_RECORD_SUMMARY && r->facts_good)
		dump_states(r->states);
}

/* ---- the commands ---- */

static int read_partition(const char *who, char *path, bool dump)
{
	const struct spool_offline_watch watch = {
		.segment = dump ? dump_segment : NULL,
		.record = dump ? dump_record : NULL,
		.trouble = print_trouble,
		.progress = dump ? NULL : show_progress,
		.arg = path,
	};
	struct spool_offline_report report;
	struct spool_offline *so;
	int r = spool_offline_open(job_outside_loop(), path, &watch, &so, &report);

	if (r == ERR_UNSUPPORTED)
		return args_fail(EX_UNAVAILABLE, who,
			"%s was written by a later version of this program", path);
	if (r < 0)
		return args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_IOERR, who,
			"%s cannot be read: %s", path, err_name(r));
	spool_offline_close(so);
	if (!dump)
		print_report(path, &report);
	return report.rotten ? EX_DATAERR : EX_OK;
}

/* *ret is the path of the configuration's spool, alive as long as *ret_config. */
static int path_from_config(const char *file, const struct config **ret_config, const char **ret)
{
	struct buf text;

	buf_init(&text, REPORT_BYTES);
	int r = load_config(file, &text, ret_config);

	if (r < 0)
		fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
	if (r < 0)
		return EX_CONFIG;
	*ret = (*ret_config)->spool.path.p;
	return EX_OK;
}

static int read_all(const char *who, const char *path, bool dump)
{
	struct partitions partitions;
	int status = EX_OK, r = partitions_find(path, &partitions);

	if (r == ERR_NOTFOUND)
		return args_fail(EX_NOINPUT, who, "%s is no spool: no partition is in it", path);
	if (r < 0)
		return args_fail(r == ERR_ACCESS ? EX_NOPERM : EX_IOERR, who,
			"%s cannot be read: %s", path, err_name(r));
	for (size_t i = 0; i < partitions.n; i++) {
		int one = read_partition(who, partitions.paths[i], dump);

		if (status == EX_OK || one == EX_IOERR)
			status = one;
	}
	partitions_done(&partitions);
	if (fflush(stdout) != 0)
		return args_fail(EX_IOERR, who, "the output cannot be written");
	return status;
}

static int run(const char *who, bool dump, int argc, char **argv)
{
	const char *file = NULL, *path = NULL;
	const struct args_option options[] = { { "-c", &file, NULL } };
	const struct config *config = NULL;
	int status = EX_OK;

	if (!args_parse(who, options, 1, 0, 1, &argc, argv))
		return EX_USAGE;
	if (argc == 2)
		path = argv[1];
	else
		status = path_from_config(file ? file : COMMANDS_CONFIG_FILE, &config, &path);
	if (status == EX_OK)
		status = read_all(who, path, dump);
	config_unref(config);
	return status;
}

static int spool_verify(int argc, char **argv)
{
	return run("spool verify", false, argc, argv);
}

static int spool_dump(int argc, char **argv)
{
	return run("spool dump", true, argc, argv);
}

static const struct args_command commands[] = {
	{ "verify", spool_verify, "[-c FILE | DIR]",
		"Reads every segment, compares every checksum, and says what is alive. DIR is a\n"
		"partition's folder or the whole spool's. Nothing is changed. Exit status 65\n"
		"when something that was acknowledged has rotted." },
	{ "dump", spool_dump, "[-c FILE | DIR]",
		"Prints every record, in the order in which they were written." },
};

int command_spool(int argc, char **argv)
{
	return args_dispatch("spool", "Reads the files of the spool, without changing them.",
		commands, sizeof(commands) / sizeof(commands[0]), argc, argv);
}
