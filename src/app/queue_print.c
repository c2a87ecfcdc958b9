/* Text for people is not a format: who wants to read it by program takes --json. */
#include "app/queue_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/args.h"
#include "app/ask.h"
#include "app/text_out.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/time.h"
#include "control/json.h"
#include "control/request.h"
#include "rt/clock.h"
#include "rt/random.h"
#include "rt/terminal.h"

#define DATA_BYTES     (1u << 20)
#define PROGRESS_EVERY 100

void queue_printer_init(
	struct queue_printer *p, const char *who, const struct control_request *request, bool json)
{
	*p = (struct queue_printer){ .who = who, .request = request, .json = json };
	map_init(&p->seen, random_hash_key(), false);
}

/* ---- pieces ---- */

static void print_rcpt(const json_t *r)
{
	struct slice reason = control_json_get(r, "reason");
	int64_t due = control_json_int(r, "due"), attempts = control_json_int(r, "attempts");

	printf("    ");
	text_out(control_json_get(r, "to"));
	printf("  %.*s", SLICE_ARG(control_json_get(r, "state")));
	if (attempts)
		printf(", %lld attempt%s", (long long)attempts, attempts == 1 ? "" : "s");
	if (due * USEC_PER_SEC > clock_wall())
		text_out_time(", next at ", due * USEC_PER_SEC);
	if (reason.n) {
		printf(": ");
		text_out(reason);
	}
	putchar('\n');
}

static void print_message(const json_t *line)
{
	struct slice login = control_json_get(line, "login");

	printf("%.*s", SLICE_ARG(control_json_get(line, "id")));
	text_out_time("  ", control_json_int(line, "arrived") * USEC_PER_SEC);
	printf("  ");
	text_out_bytes(control_json_int(line, "size"));
	printf("  from <");
	text_out(control_json_get(line, "from"));
	putchar('>');
	if (login.n) {
		printf(" login ");
		text_out(login);
	}
	putchar('\n');
}

/* ---- one answer each ---- */

static void print_list(struct queue_printer *p, const json_t *line)
{
	const json_t *list = json_object_get(line, "recipients");
	int64_t more = control_json_int(line, "more");

	print_message(line);
	for (size_t i = 0; i < json_array_size(list); i++)
		print_rcpt(json_array_get(list, i));
	if (more)
		printf("    and %lld more; `sluice queue show` prints all\n", (long long)more);
	p->recipients += json_array_size(list) + (uint64_t)more;
}

static void print_member(const json_t *line, const char *key, const char *label)
{
	struct slice text = control_json_get(line, key);

	if (text.n == 0)
		return;
	printf("  %s ", label);
	text_out(text);
	putchar('\n');
}

static void print_show(const json_t *line)
{
	const json_t *rcpt = json_object_get(line, "recipient");

	if (rcpt) {
		print_rcpt(rcpt);
		return;
	}
	print_message(line);
	print_member(line, "client", "client  ");
	print_member(line, "helo", "helo    ");
	print_member(line, "listener", "listener");
	print_member(line, "entitled", "entitled");
	print_member(line, "returnable", "a DSN may be sent:");
	print_member(line, "envid", "envid   ");
}

static void print_cat(const json_t *line)
{
	struct buf data;

	buf_init(&data, DATA_BYTES);
	if (text_base64_decode(&data, control_json_get(line, "data")))
		(void)fwrite(data.p ? data.p : "", 1, data.n, stdout); /* seen at the end */
	buf_done(&data);
}

static void print_act(struct queue_printer *p, const json_t *line)
{
	int64_t n = control_json_int(line, "recipients");

	p->recipients += (uint64_t)n;
	printf("%.*s %s: %lld recipient%s\n", SLICE_ARG(control_json_get(line, "id")),
		control_verb_name(p->request->verb), (long long)n, n == 1 ? "" : "s");
	if (p->messages % PROGRESS_EVERY == 0 && !terminal_is(1) && terminal_is(2))
		fprintf(stderr, "\r%llu messages", (unsigned long long)p->messages);
}

static void print_summary(const json_t *line)
{
	int64_t oldest = control_json_int(line, "oldest");

	printf("messages    %lld\n", (long long)control_json_int(line, "messages"));
	printf("recipients  %lld waiting, %lld active, %lld held\n",
		(long long)control_json_int(line, "waiting"),
		(long long)control_json_int(line, "active"),
		(long long)control_json_int(line, "held"));
	printf("content     ");
	text_out_bytes(control_json_int(line, "message-bytes"));
	if (control_json_int(line, "disk-bytes")) {
		printf(" in ");
		text_out_bytes(control_json_int(line, "disk-bytes"));
		printf(" on disk");
	}
	putchar('\n');
	if (oldest)
		text_out_time("oldest      ", oldest * USEC_PER_SEC);
	if (oldest)
		putchar('\n');
}

static void print_line(struct queue_printer *p, const json_t *line)
{
	switch (p->request->verb) {
	case CONTROL_SUMMARY:
		print_summary(line);
		break;
	case CONTROL_LIST:
		print_list(p, line);
		break;
	case CONTROL_SHOW:
		print_show(line);
		break;
	case CONTROL_CAT:
		print_cat(line);
		break;
	case CONTROL_HOLD:
	case CONTROL_RELEASE:
	case CONTROL_RETRY:
	case CONTROL_REMOVE:
		print_act(p, line);
		break;
	case CONTROL_STATUS:
	case CONTROL_METRICS:
		break;
	}
}

void queue_printer_line(void *arg, const json_t *line)
{
	struct queue_printer *p = arg;
	struct slice id = control_json_get(line, "id"), error = control_json_get(line, "error");

	if (id.n && !slice_eq(id, slice_str(p->last_id))) {
		p->messages++;
		snprintf(p->last_id, sizeof(p->last_id), "%.*s", SLICE_ARG(id));
	}
	if (id.n && p->request->ids_n)
		(void)map_set(&p->seen, id, p);
	if (p->json) {
		ask_print_json(line);
	} else if (error.n) {
		p->errors++;
		(void)args_fail(0, p->who, "%.*s: %.*s", SLICE_ARG(id), SLICE_ARG(error));
	} else {
		print_line(p, line);
	}
}

/* ---- the end ---- */

static int name_unknown(const struct queue_printer *p)
{
	int status = EX_OK;

	for (size_t i = 0; i < p->request->ids_n; i++) {
		char id[TEXT_ID_CHARS];

		text_id(p->request->ids[i], id);
		if (map_get(&p->seen, slice_of(id, sizeof(id))) == NULL)
			status = args_fail(EX_NOINPUT, p->who,
				"there is no message %.*s in the queue (any more)", (int)sizeof(id),
				id);
	}
	return status;
}

int queue_printer_end(struct queue_printer *p, int status, bool more)
{
	if (status == EX_OK)
		status = name_unknown(p);
	if (status == EX_OK && p->errors)
		status = EX_DATAERR;
	if (p->request->verb == CONTROL_LIST && !p->json && status == EX_OK)
		printf("%s%llu message%s, %llu recipient%s%s\n", p->messages ? "\n" : "",
			(unsigned long long)p->messages, p->messages == 1 ? "" : "s",
			(unsigned long long)p->recipients, p->recipients == 1 ? "" : "s",
			more ? "; there are more" : "");
	if (control_verb_acts(p->request->verb) && !p->json && p->request->ids_n == 0 &&
		status == EX_OK)
		printf("%llu message%s changed\n", (unsigned long long)p->messages,
			p->messages == 1 ? "" : "s");
	map_done(&p->seen);
	return status;
}
