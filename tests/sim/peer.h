/* A mail server for simulated hosts: takes everything unless told otherwise, and counts. */
#ifndef SLUICE_TESTS_SIM_PEER_H
#define SLUICE_TESTS_SIM_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct ctx;
struct sim_host;
struct sim_proc;
struct tls_server;

struct peer {
	/* What it does; NULL is the usual. Replies are whole lines without their line end. */
	const char *greeting; /* "" stays silent */
	const char *ehlo; /* lines parted by '\n': "250-mx\n250 8BITMIME" */
	const char *starttls, *auth, *mail, *rcpt, *data, *dot;
	unsigned messages_max; /* closes without a word after so many; 0: never */
	bool farewell; /* says 421 before it closes for that reason */
	unsigned short port; /* 0: 25 */
	struct tls_server *tls; /* handshakes after its 220 to STARTTLS */
	bool implicit; /* or at once */
	/* What came. */
	unsigned connections, open, most_open, messages, rcpts, quits, starttls_seen, auths;
	unsigned lost; /* sessions that ended without QUIT */
};

/* Serves on the host until the test ends; p must outlive it. */
struct sim_proc *peer_start(struct sim_host *h, struct peer *p);

#endif
