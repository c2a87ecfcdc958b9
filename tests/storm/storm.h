/* The storm: one seeded run of the whole program among many clients and next hops, with faults, and
 * what the oracle knows of it. Everything here is outside of src: what a message must look like and
 * what may happen to it is decided anew. */
#ifndef SLUICE_STORM_H
#define SLUICE_STORM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/time.h"

struct ctx;
struct program;
struct sim_host;
struct sim_proc;
struct tls_client;
struct tls_server;

/* ---- messages ---- */

enum sender {
	STRANGER, /* on the mx listener */
	INSIDE, /* an internal host */
	USER, /* logged in */
	PASSING_STRANGER, /* through a proxy, to `domains` only */
	PASSING, /* an internal host, through a proxy to anywhere */
	KEEPING_STRANGER, /* the same through one that stores what no next hop can take */
	KEEPING,
	FRONT_ONE, /* through proxies as this seed has them (struct front) */
	FRONT_TWO,
};

enum fate {
	UNSENT, /* the client broke off before the end of the content */
	OPEN, /* it was sent to its end, and no reply came */
	TAKEN, /* 250 */
	REFUSED, /* 4xx, 5xx */
};

#define RCPTS_MAX 4

struct rcpt {
	char address[40]; /* r<message>.<index>@domain */
	bool foreign; /* for a stranger */
	bool accepted; /* 250 to RCPT */
	bool denied; /* 4xx or 5xx to RCPT */
	enum fate fate; /* what the client was told for it: the message's, or its own */
	int code; /* of that; 0: there was none */
	unsigned refused; /* times a next hop said 5xx to it, by name or after the content; 1 at
			   * first where no next hop is */
	usec_t ended_at; /* a next hop last came to the end of the content with it; 0: never */
	bool sipped; /* a next hop that reads slowly was to have it */
	usec_t reported_at; /* when a DSN arrived that says that it failed; 0: none has */
	bool waits; /* found in the queue at the end */
};

/* Sent once. A client that does not know what became of it sends it again: that is another message
 * with the same addresses. */
struct message {
	unsigned number;
	struct message *first; /* it was sent then for the first time; perhaps itself */
	unsigned tries; /* of the first one: how often it was sent */
	unsigned session; /* of a client, whose name says it; 0: none yet */
	bool slowly; /* that client reads what it is told */
	enum sender sender;
	char from[40];
	struct rcpt rcpts[RCPTS_MAX];
	unsigned rcpts_n;
	struct buf text; /* as the client means it */
	bool no_date, no_id; /* and these header fields are missing in it */
	bool eight; /* there are bytes over 127 in it */
	bool nameless; /* it has no Message-ID, and gets none */
	enum fate fate;
	usec_t fate_at;
	int code; /* of the reply to the whole message; 0: there was none */
	bool kept; /* its 250, or that of a recipient, said so */
	bool duplicate; /* its 250 said that it was taken before */
	char id[20]; /* that the 250 named, or what came out; "" while neither has */
	char passed_id[20]; /* with which it came out of a proxy */
	unsigned unreadable; /* of its recipients in the queue at the end: nobody can say which */
};

#define OWN_MAIL UINT_MAX

/* A next hop took it for one recipient. */
struct delivery {
	unsigned message, rcpt; /* OWN_MAIL: mail of the program's own, and which (own.c) */
	usec_t at;
	usec_t began; /* the connection that it came by */
	bool awaited; /* the client had not closed it when it was taken */
	bool answered; /* our 250 was written */
	usec_t said; /* when; before: as at */
	bool confirmed; /* the client went on behind our 250 */
};

/* ---- next hops ---- */

/* How often what happens, of 1000. */
struct manners {
	unsigned greet_close, greet_421, ehlo_close, mail_4xx, mail_5xx, rcpt_4xx, rcpt_5xx,
		data_4xx;
	unsigned dot_4xx, dot_5xx, dot_close, dot_lost, close_after;
	/* Of TLS: STARTTLS is not offered, answered 454, answered by the end, followed by what is
	 * no TLS or by nothing, or by the certificate of somebody else. */
	unsigned tls_hidden, tls_4xx, tls_close, tls_broken, tls_strange;
	bool greylists, chunks, tls; /* chunks: it offers CHUNKING; tls: STARTTLS */
	bool prdr; /* it offers PRDR, and mostly answers for each recipient then */
	bool lmtp; /* it speaks LMTP, and always does */
	bool seven; /* it does not offer 8BITMIME */
	usec_t delay; /* before each reply, at most */
	size_t window; /* bytes that some of its connections take before they are read; 0: many */
	usec_t sip; /* these wait before they read more, at most; now and then much longer */
};

/* What its mail must be sent under. */
enum secrecy {
	SECRECY_NONE,
	SECRECY_ANY, /* TLS */
	SECRECY_NAMED, /* and the certificate is the host's */
};

/* A destination of the configuration: its hosts together. */
struct destination {
	const char *name;
	unsigned limit; /* connections, over all workers */
	enum secrecy secrecy;
};

struct hop {
	const char *address; /* "192.0.2.31:25" */
	struct destination *destination;
	struct manners manners;
	struct sim_host *host;
	struct sim_proc *proc;
};

/* ---- fronts ---- */

enum connect { CONNECT_RCPT, CONNECT_MAIL, CONNECT_DOT };

/* A proxy listener as the seed has drawn it. */
struct front {
	bool strangers; /* it is for them; else for internal hosts */
	const char *via; /* the destination of all; NULL: as domains and routes say */
	enum connect connect;
	bool keeps; /* it stores what no next hop can take */
	bool dedupe;
};

/* ---- the run ---- */

#define FRONTS		 2
#define HOPS		 13
#define DESTINATIONS	 9
#define REPORT_BYTES_MAX 8192

struct storm {
	uint64_t seed;
	struct message **messages;
	unsigned messages_n;
	struct delivery *deliveries;
	size_t deliveries_n;
	struct destination destinations[DESTINATIONS];
	struct hop hops[HOPS];
	struct front fronts[FRONTS];
	bool closed; /* hops take nothing before the calm */
	bool calm; /* hops take everything, nothing breaks any more */
	bool settled; /* and all that was in the queue has ended */
	bool deaf; /* connections may end on one side only */
	struct sim_host *box;
	uint64_t cut_at; /* operation of its disk; 0: none is planned */
	struct program *program;
	struct tls_client *authorities; /* the clients' */
	struct tls_server *own, *strange; /* next hops' certificates: theirs, and another's */
	unsigned clients_now;
	unsigned sessions; /* that clients have begun */
	unsigned flips;
	bool full; /* the disk has little room */
	usec_t full_until; /* before that it had, if it has not now; 0: it never had */
	unsigned planned; /* operations of the disk that were to fail */
	/* Of the seed. */
	unsigned kinds; /* set of faults */
	usec_t length; /* of the storm */
	unsigned clients_most;
	/* What the run was like. */
	unsigned kills, cuts, reloads;
	char *failure; /* the first one; NULL: none */
};

extern struct storm storm;

/* The first of these ends the run. */
void storm_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* True in n of 1000 cases, by the seed. */
bool storm_chance(unsigned n);

#define WORKERS 3

/* course.c: a coroutine. */
int storm_course(struct ctx *ctx, void *arg);

/* faults.c: where much depends on what is stored next: perhaps the power goes. */
void storm_cut_soon(void);

/* client.c: sends all that it wants to; arg is an enum sender. A process. */
int storm_client(struct ctx *ctx, void *arg);

/* hop.c: serves until stopped; arg is a struct hop. A process. */
int storm_hop(struct ctx *ctx, void *arg);

/* The front of a sender that has one of the seed's; else NULL. */
const struct front *front_of(enum sender sender);
bool is_stranger(enum sender sender);
/* It is never kept: what its client is told is what a next hop said. */
bool is_passing(enum sender sender);
/* It is kept where no next hop can take it, and only then. */
bool is_keeping(enum sender sender);

/* content.c */
struct message *message_new(enum sender sender);
/* The same once more; now and then with another body, or one recipient less. */
struct message *message_again(const struct message *before);
void message_free(struct message *m);
/* The text has bytes over 127, and the host of this address does not offer 8BITMIME. */
bool message_is_too_wide(const struct message *m, const char *address);
/* What came out is what went in, with what the program must add. False with a reason. */
bool message_is_whole(const struct message *m, struct slice text, const char **ret_why);

/* oracle.c */
/* The recipient of an address of ours, of the first message with it, or NULL. */
struct rcpt *oracle_rcpt(struct slice address, struct message **ret_message);
/* A client got 250 for it, with this text. */
void oracle_acknowledged(struct message *m, const char *text);
/* The same for one of its recipients. */
void oracle_acknowledged_one(struct message *m, unsigned rcpt, const char *text);
/* A next hop took it. */
void oracle_delivered(struct slice address, struct slice text, usec_t began, bool awaited);
/* It is of this message, or OWN_MAIL; its times are now. */
void oracle_note(const struct delivery *d);
/* From a next hop's 250 until its record is durable, slow disks included. */
#define RECORD_TIME (2 * USEC_PER_SEC)
/* This worker ended before the delivery was recorded, or could not record it; next: when the connection
 * of another one began. */
bool oracle_forgot(int worker, const struct delivery *d, usec_t next);
/* In whose part of the spool it is, as its queue id says (docs/spool-format.md); -1: it has none. */
int oracle_worker(const struct message *m);
/* The message of a client with this id, or NULL. */
struct message *oracle_with_id(uint64_t id);
void oracle_log(void *arg, struct slice line);
/* At the end of all. */
void oracle_judge(struct ctx *ctx);

#endif
