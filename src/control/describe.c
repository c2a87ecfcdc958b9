/* One word for each state that a person tells apart: a recipient that waits for its first attempt
 * and one that was deferred are the same to the spool, not to its reader. */
#include "control/describe.h"

#include "base/buf.h"
#include "base/text.h"
#include "control/json.h"
#include "spool/spool.h"

static const char *state_word(const struct spool_rcpt_info *info)
{
	switch (info->state) {
	case SPOOL_WAITING:
		return info->attempts ? "deferred" : "waiting";
	case SPOOL_LEASED:
		return "active";
	case SPOOL_HELD:
		return info->held == SPOOL_HELD_UNDELIVERABLE ? "undeliverable"
		       : info->held == SPOOL_HELD_CORRUPT     ? "corrupt"
							      : "held";
	case SPOOL_DONE:
		return "done";
	case SPOOL_FAILED:
		return "failed";
	}
	return "unknown";
}

static void set_text(json_t *object, const char *key, struct slice text)
{
	if (text.n)
		(void)json_object_set_new(object, key, control_json_text(text));
}

static void set_int(json_t *object, const char *key, int64_t n)
{
	(void)json_object_set_new(object, key, json_integer(n));
}

json_t *control_describe_id(uint64_t id)
{
	json_t *line = json_object();
	char text[TEXT_ID_CHARS];

	text_id(id, text);
	(void)json_object_set_new(line, "id", json_stringn(text, sizeof(text)));
	return line;
}

json_t *control_describe_message(
	const struct spool_info *info, const struct spool_envelope *envelope)
{
	json_t *line = control_describe_id(info->id);

	set_int(line, "arrived", envelope->arrived / USEC_PER_SEC);
	set_int(line, "size", (int64_t)info->size);
	/* The null reverse-path is an empty text, not a missing one. */
	(void)json_object_set_new(line, "from", control_json_text(envelope->reverse_path));
	set_text(line, "login", envelope->login);
	set_int(line, "open", info->open);
	return line;
}

static const char *entitlement_word(enum spool_entitlement e)
{
	static const char *const words[] = {
		[SPOOL_NOT_ENTITLED] = "only to our domains",
		[SPOOL_ENTITLED_LOGIN] = "log-in",
		[SPOOL_ENTITLED_NETWORK] = "network",
		[SPOOL_ENTITLED_CERTIFICATE] = "certificate",
		[SPOOL_ENTITLED_POP] = "POP before SMTP",
		[SPOOL_ENTITLED_LOCAL] = "local",
	};

	return e <= SPOOL_ENTITLED_LOCAL ? words[e] : "unknown";
}

static const char *vouched_word(enum spool_vouched v)
{
	static const char *const words[] = {
		[SPOOL_VOUCHED_NOT] = "no: a failure is held as undeliverable",
		[SPOOL_VOUCHED_LOGIN] = "by log-in",
		[SPOOL_VOUCHED_NETWORK] = "by network",
		[SPOOL_VOUCHED_SPF] = "by SPF",
		[SPOOL_VOUCHED_DKIM] = "by DKIM",
	};

	return v <= SPOOL_VOUCHED_DKIM ? words[v] : "unknown";
}

void control_describe_envelope(const struct spool_envelope *e, json_t *line)
{
	struct buf client;

	set_text(line, "listener", e->listener);
	set_text(line, "helo", e->helo);
	if (e->client.ip.family != IP_NONE) {
		buf_init(&client, 64);
		ip_port_format(&client, &e->client);
		set_text(line, "client", buf_slice(&client));
		buf_done(&client);
	}
	set_text(line, "entitled", slice_str(entitlement_word(e->entitlement)));
	set_text(line, "returnable", slice_str(vouched_word(e->vouched)));
	set_text(line, "envid", e->envid);
	(void)json_object_set_new(line, "smtputf8", json_boolean(e->smtputf8));
	(void)json_object_set_new(line, "8bit", json_boolean(e->body != SPOOL_BODY_7BIT));
}

json_t *control_describe_rcpt(const struct spool_envelope_rcpt *rcpt,
	const struct spool_rcpt_info *info, struct slice reason)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "to", control_json_text(rcpt->forward_path));
	(void)json_object_set_new(object, "state", json_string(state_word(info)));
	set_int(object, "attempts", info->attempts);
	if (info->state == SPOOL_WAITING)
		set_int(object, "due", info->due / USEC_PER_SEC);
	set_text(object, "reason", reason);
	return object;
}

json_t *control_describe_data(uint64_t id, struct slice data)
{
	json_t *line = control_describe_id(id);
	struct buf text;

	buf_init(&text, CONTROL_DATA_BYTES * 2);
	text_base64(&text, data);
	(void)json_object_set_new(line, "data", json_stringn(text.n ? text.p : "", text.n));
	buf_done(&text);
	return line;
}
