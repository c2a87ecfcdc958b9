/* A next hop and what its sessions share. Private to server*.c. */
#ifndef SLUICE_SCENARIOS_HOP_PARTS_H
#define SLUICE_SCENARIOS_HOP_PARTS_H

#include "base/ip.h"
#include "play.h"
#include "rt/waitq.h"

struct sim_proc;
struct sock;
struct stream;
struct tls_server;

/* How a stage of a session is answered, other than usual. */
struct answer {
	struct list node; /* newest first */
	struct slice stage; /* "greeting", a verb, or "content" */
	struct slice match; /* glob on the verb's argument; empty: any */
	struct slice reply; /* lines parted by '\n'; empty: none */
	usec_t delay; /* before it */
	uint64_t times; /* that it is given, then the older ones hold */
	enum {
		THEN_GO_ON,
		THEN_CLOSE,
		THEN_RESET,
		THEN_SILENCE,
		THEN_FLOOD, /* a reply of many lines, which has no end */
		THEN_LONG, /* one line, which has none */
	} then;
};

struct message {
	struct list node;
	usec_t at; /* since the run began */
	struct slice from; /* "<path> parameters" */
	struct buf to; /* accepted: "path path" */
	struct buf told; /* of whose client it is: "EHLO name | XCLIENT ... | XFORWARD ..." */
	struct buf text; /* content, dots unstuffed, lines parted by '\n' */
	bool tls, login;
	bool chunked; /* it came by BDAT */
};

#define HOP_PORTS 4

struct hop {
	struct list node;
	struct play *play;
	struct slice name;
	struct ip_port at[HOP_PORTS];
	size_t at_n;
	struct sim_host *host;
	struct sim_proc *proc; /* NULL: not running */
	struct list answers;
	const struct stmt *offers; /* EHLO lines are its words from the second on; NULL: usual */
	const struct stmt *script; /* its block is what the next connection does */
	struct slice user, password; /* who may log in; empty: everybody */
	struct tls_server *tls;
	bool implicit, lmtp;
	bool header; /* a PROXY header comes before anything else */
	/* What came. */
	struct list messages;
	uint64_t got, connections, rcpts, sessions, sessions_most;
};

/* One connection. */
struct visit {
	struct hop *server;
	struct stream *stream;
	struct sock *sock; /* the stream's */
	struct buf line; /* the last one heard */
	struct buf told, forwarded; /* by whom it is sent, of the session and the transaction */
	struct message *now; /* the transaction's, or NULL */
	bool tls, login;
	bool lhlo; /* was said */
};

struct hop *hop_find(struct play *p, struct slice name);
/* A connection from beginning to end; owns v. A coroutine. */
int hop_visit(struct ctx *ctx, void *arg);
/* Takes the PROXY header, if one is due. */
int hop_read_header(struct ctx *ctx, struct visit *v);
/* Notes what was said about the client. */
void hop_told(struct visit *v, struct slice verb, struct slice arg);
void hop_told_message(const struct visit *v, struct message *m);
/* The next line into v->line. */
int hop_hear(struct ctx *ctx, struct visit *v);
/* Lines parted by '\n'. */
int hop_say(struct ctx *ctx, struct visit *v, struct slice lines);
/* Plays a scripted connection. */
int hop_play_script(struct ctx *ctx, struct visit *v, const struct stmt *script);
extern const struct op hop_script_ops[];

void hop_message_free(struct message *m);

#endif
