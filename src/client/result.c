/* The one place where replies become outcomes. The code decides; the enhanced status only where it
 * is of the same class (some servers contradict themselves). 530, 534, 535 and 538 are about our
 * log-in, not about the mail (RFC 4954 section 6): such mail waits for the operator. */
#include "client/result.h"

#include "client/client.h"

void client_results_init(struct client_results *rs, struct client_result *v, size_t n)
{
	*rs = (struct client_results){ .v = v, .n = n };
	for (size_t i = 0; i < n; i++)
		v[i] = (struct client_result){ .outcome = CLIENT_UNTRIED, .stage = CLIENT_MAIL };
}

static bool is_decided(const struct client_result *r)
{
	return r->status.class != 0;
}

bool client_results_is_accepted(const struct client_results *rs, size_t i)
{
	return !is_decided(&rs->v[i]) && rs->v[i].reply.code != 0;
}

void client_results_accept(struct client_results *rs, size_t i, const struct smtp_reply *reply)
{
	if (is_decided(&rs->v[i]))
		return;
	rs->v[i].stage = CLIENT_RCPT;
	rs->v[i].reply = *reply;
	rs->accepted++;
}

static enum client_outcome outcome_of(const struct smtp_reply *reply)
{
	switch (reply->code) {
	case 530:
	case 534:
	case 535:
	case 538:
		return CLIENT_TEMPORARY;
	default:
		break;
	}
	if (smtp_reply_is_permanent(reply))
		return CLIENT_PERMANENT;
	return smtp_reply_is_temporary(reply) ? CLIENT_TEMPORARY : CLIENT_DELIVERED;
}

static struct smtp_status status_of(const struct smtp_reply *reply, enum client_outcome outcome)
{
	unsigned class = outcome == CLIENT_DELIVERED ? 2 : outcome == CLIENT_PERMANENT ? 5 : 4;

	if (reply->status.class == class)
		return reply->status;
	switch (reply->code) {
	case 421:
		return (struct smtp_status){ 4, 3, 2 };
	case 530:
	case 534:
	case 535:
	case 538:
		return (struct smtp_status){ 4, 7, 0 };
	case 552:
		return (struct smtp_status){ 5, 2, 2 };
	default:
		return (struct smtp_status){ (uint8_t) class, 0, 0 };
	}
}

static void decide(struct client_results *rs, size_t i, const struct client_result *result)
{
	if (is_decided(&rs->v[i]))
		return;
	if (client_results_is_accepted(rs, i))
		rs->accepted--;
	rs->v[i] = *result;
}

void client_results_reply(struct client_results *rs, size_t i, enum client_stage stage,
	const struct smtp_reply *reply)
{
	enum client_outcome outcome = outcome_of(reply);
	struct client_result result = {
		.outcome = outcome,
		.stage = stage,
		.status = status_of(reply, outcome),
		.reply = *reply,
	};

	decide(rs, i, &result);
}

void client_results_reply_accepted(
	struct client_results *rs, enum client_stage stage, const struct smtp_reply *reply)
{
	for (size_t i = 0; i < rs->n; i++)
		if (client_results_is_accepted(rs, i))
			client_results_reply(rs, i, stage, reply);
}

void client_results_reply_all(
	struct client_results *rs, enum client_stage stage, const struct smtp_reply *reply)
{
	for (size_t i = 0; i < rs->n; i++)
		client_results_reply(rs, i, stage, reply);
}

void client_results_fail(struct client_results *rs, const struct client_failure *failure, bool sent)
{
	struct client_result result = {
		.outcome = CLIENT_TEMPORARY,
		.stage = failure->stage,
		.status = { 4, 4, 2 },
		.text = failure->text,
	};

	if (failure->why == CLIENT_BROKEN)
		result.status = (struct smtp_status){ 4, 5, 0 };
	if (failure->why == CLIENT_LOCAL) {
		result.outcome = CLIENT_UNTRIED;
		result.status = (struct smtp_status){ 4, 3, 0 };
	}
	for (size_t i = 0; i < rs->n; i++) {
		struct client_result mine = result;

		if (failure->reply.code) {
			client_results_reply(rs, i, failure->stage, &failure->reply);
			continue;
		}
		if (sent) {
			mine.outcome = CLIENT_INDOUBT;
			mine.status = (struct smtp_status){ 4, 4, 2 };
		}
		decide(rs, i, &mine);
	}
}

void client_results_own(struct client_results *rs, enum client_outcome outcome,
	struct smtp_status status, const char *text)
{
	struct client_result result = {
		.outcome = outcome,
		.stage = CLIENT_MAIL,
		.status = status,
		.text = text,
	};

	for (size_t i = 0; i < rs->n; i++)
		decide(rs, i, &result);
}
