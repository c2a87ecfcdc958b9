/* What is read here is sent as it was read: the workers, who may have no right to the files, load
 * the very bytes that were checked. */
#include "app/reload_send.h"

#include "app/load.h"
#include "app/record.h"
#include "app/sockets.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/event.h"
#include "config/config.h"
#include "rt/channel.h"
#include "rt/log.h"
#include "rt/net.h"
#include "rt/process.h"

static int open_new(const char *path, struct sockets *sockets, const struct record *record,
	const struct config *config, struct buf *why, int *ret_record)
{
	int r = load_check(config, why);

	if (r == 0)
		r = process_memory_file(buf_slice(&record->bytes), ret_record);
	if (r < 0)
		return r;
	r = sockets_open(sockets, config, path, why);
	if (r < 0)
		process_close(*ret_record);
	return r;
}

int reload_read(const char *path, struct sockets *sockets, struct buf *why,
	const struct config **ret_config, int *ret_record)
{
	const struct config *config;
	struct record record;

	record_init(&record);
	int r = load_config_recorded(path, &record, why, &config);

	if (r == 0) {
		r = open_new(path, sockets, &record, config, why, ret_record);
		if (r < 0)
			config_unref(config);
		else
			*ret_config = config;
	}
	record_done(&record);
	return r;
}

static int send_sockets(const struct sockets *sockets, unsigned worker, int channel)
{
	struct buf text;
	int r = 0;

	buf_init(&text, CHANNEL_MESSAGE_MAX);
	for (size_t i = 0; i < sockets->n && r == 0; i++) {
		const struct socket_set *set = &sockets->v[i];

		if (!set->fresh)
			continue;
		buf_clear(&text);
		buf_puts(&text, "socket ");
		ip_port_format(&text, &set->at);
		r = channel_send(channel, buf_slice(&text), listen_sock_fd(set->slots[worker]));
	}
	buf_done(&text);
	return r;
}

int reload_tell(const struct sockets *sockets, unsigned worker, int channel, int record)
{
	int r = send_sockets(sockets, worker, channel);

	if (r == 0)
		r = channel_send(channel, S("config"), record);
	if (r < 0)
		LOG(NULL, EV_TROUBLE,
			FIELD_STR("reason", "a worker does not take the new configuration"),
			FIELD_INT("worker", worker), FIELD_STR("detail", err_name(r)),
			FIELD_STR("mail", "the worker is started again with it"));
	return r;
}
