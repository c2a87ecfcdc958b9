/* `sluice serve -c FILE`: reads the configuration, opens the sockets, runs. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/commands.h"
#include "app/load.h"
#include "app/worker.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "config/config.h"
#include "rt/log.h"
#include "rt/loop.h"
#include "rt/net.h"

#define REPORT_BYTES 65536

static void on_signal(int number)
{
	(void)number;
	loop_stop();
}

static size_t count_addresses(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->listeners.n; i++)
		n += config->listeners.v[i].address.n * 2;
	return n;
}

static int open_one(const struct config_listener *l, struct ip_port at, struct worker_socket *ret)
{
	const struct listen_options options = { 0 };
	struct buf text;
	int r = listen_sock_open(&at, &options, &ret->sock);

	ret->name = l->name;
	if (r == 0)
		return 0;
	buf_init(&text, 128);
	ip_port_format(&text, &at);
	fprintf(stderr, "sluice: listener '%s': cannot listen on %.*s: %s\n", l->name.p,
		SLICE_ARG(buf_slice(&text)), r == ERR_BUSY ? "the port is in use" : err_name(r));
	buf_done(&text);
	return r;
}

/* A wildcard is one socket for each family. */
static int open_address(const struct config_listener *l, struct ip_port at,
	struct worker_socket *sockets, size_t *n)
{
	int r = 0;

	if (at.ip.family != IP_NONE) {
		r = open_one(l, at, &sockets[*n]);
		*n += r == 0;
		return r;
	}
	at.ip.family = IP_V4;
	r = open_one(l, at, &sockets[*n]);
	*n += r == 0;
	at.ip.family = IP_V6;
	if (r == 0 && open_one(l, at, &sockets[*n]) == 0)
		++*n;
	return r;
}

static int open_sockets(const struct config *config, struct worker_socket *sockets, size_t *n)
{
	for (size_t i = 0; i < config->listeners.n; i++) {
		const struct config_listener *l = &config->listeners.v[i];

		for (size_t k = 0; k < l->address.n; k++)
			if (open_address(l, l->address.v[k], sockets, n) < 0)
				return EX_UNAVAILABLE;
	}
	return EX_OK;
}

static int run(const struct config *config)
{
	struct worker_socket *sockets = mem_zalloc(count_addresses(config) * sizeof(*sockets));
	struct worker_setup setup = { .config = config, .sockets = sockets };
	int status = open_sockets(config, sockets, &setup.sockets_n);

	if (status == EX_OK) {
		signal(SIGTERM, on_signal);
		signal(SIGINT, on_signal);
		signal(SIGPIPE, SIG_IGN);
		status = worker_run(&setup);
	}
	free(sockets);
	return status;
}

int command_serve(int argc, char **argv)
{
	const struct config *config;
	struct buf text;

	if (argc != 3 || strcmp(argv[1], "-c") != 0) {
		fputs("usage: sluice serve -c FILE\n", stderr);
		return EX_USAGE;
	}
	buf_init(&text, REPORT_BYTES);
	int r = load_config(argv[2], &text, &config);

	fprintf(stderr, "%.*s", SLICE_ARG(buf_slice(&text)));
	buf_done(&text);
	if (r < 0)
		return EX_CONFIG;
	log_setup(config->log.format == CONFIG_LOG_JSON ? EVENT_JSON : EVENT_LOGFMT,
		(enum event_level)config->log.level);
	int status = run(config);

	config_unref(config);
	return status;
}
