/* The configuration as typed values: const after load, one owner (an arena), counted references. A
 * session keeps the configuration it began with, an attempt its own; a reload swaps the pointer.
 *
 * Pure: bytes in, values out. Files named in the configuration are read by the caller through
 * config_input.read_file, so that a process without rights to them can be handed their bytes:
 * whoever loads may record what was read and let another process load again from the record.
 *
 * Each struct below is one section; each member is one row of options.def, where its default,
 * bounds and meaning stand. To add an option: a member here, a row there, then use it. */
#ifndef SLUICE_CONFIG_CONFIG_H
#define SLUICE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/slice.h"
#include "base/time.h"

struct buf;
struct config_report;
struct config_store;
struct config_node;

/* ---- values ---- */

/* All slices in a configuration are terminated (usable as C strings) and live as long as it does.
 * An unset text has n == 0. */
struct config_texts {
	const struct slice *v;
	size_t n;
};

struct config_times {
	const usec_t *v;
	size_t n;
};

struct config_addresses {
	const struct ip_port *v; /* IP_NONE is a wildcard: one socket for each family */
	size_t n;
};

struct config_ips {
	const struct ip *v;
	size_t n;
};

struct config_nets {
	const struct ip_net *v;
	size_t n;
};

/* A file named in the configuration and its content at load; path.n == 0 when unset. Secrets are
 * wiped when the last reference goes. */
struct config_file {
	struct slice path; /* absolute, or as the configuration file's path is */
	struct slice content;
};

/* Who may use a listener. */
enum config_for { CONFIG_FOR_INTERNAL, CONFIG_FOR_SUBMISSION, CONFIG_FOR_MX };
/* Who judges log-ins: `users`, or the server behind a proxy. */
enum config_dedupe { CONFIG_DEDUPE_OFF, CONFIG_DEDUPE_ON };
enum config_login_by { CONFIG_LOGIN_USERS, CONFIG_LOGIN_PASSED };
/* When a proxy connects to a server behind it, in the order of a session. */
enum config_connect {
	CONFIG_CONNECT_ACCEPT,
	CONFIG_CONNECT_AUTH,
	CONFIG_CONNECT_MAIL,
	CONFIG_CONNECT_RCPT,
	CONFIG_CONNECT_DOT,
};
enum config_service { CONFIG_SERVICE_RELAY, CONFIG_SERVICE_PROXY };
/* What a proxy does with mail that no backend can take now. */
enum config_backend_failure { CONFIG_FAILURE_TEMPFAIL, CONFIG_FAILURE_SPOOL };
enum config_listen_tls { CONFIG_LISTEN_OFF, CONFIG_LISTEN_STARTTLS, CONFIG_LISTEN_IMPLICIT };
/* Towards other servers: never; if offered, any certificate; always, any certificate; always, with
 * a certificate for the host's name from a trusted authority. */
enum config_hop_tls {
	CONFIG_TLS_OFF,
	CONFIG_TLS_OPPORTUNISTIC,
	CONFIG_TLS_REQUIRE,
	CONFIG_TLS_VERIFY
};
/* How the hosts of a pool are told who our client is. */
enum config_tell {
	CONFIG_TELL_NOTHING,
	CONFIG_TELL_XFORWARD,
	CONFIG_TELL_XCLIENT,
	CONFIG_TELL_PROXY_V1,
	CONFIG_TELL_PROXY_V2
};
enum config_protocol { CONFIG_SMTP, CONFIG_LMTP };
/* How to choose among the members of a pool. */
enum config_balance {
	CONFIG_BALANCE_ORDERED,
	CONFIG_BALANCE_WEIGHTED,
	CONFIG_BALANCE_LEAST,
	CONFIG_BALANCE_STICKY,
};
/* What of a client's address binds it to a member: all of it, or its /24 or /64. */
enum config_sticky { CONFIG_STICKY_ADDRESS, CONFIG_STICKY_NETWORK };
/* Log-in at a next hop; AUTO takes the strongest that both sides know. */
enum config_mechanism {
	CONFIG_AUTH_AUTO,
	CONFIG_AUTH_PLAIN,
	CONFIG_AUTH_LOGIN,
	CONFIG_AUTH_CRAM_MD5,
	CONFIG_AUTH_SCRAM_SHA_256,
	CONFIG_AUTH_SCRAM_SHA_256_PLUS,
};
enum config_log_format { CONFIG_LOG_LOGFMT, CONFIG_LOG_JSON };
enum config_log_level { CONFIG_LOG_DEBUG, CONFIG_LOG_INFO, CONFIG_LOG_WARNING, CONFIG_LOG_ERROR };
enum config_recipients_kind {
	CONFIG_RECIPIENTS_ANY,
	CONFIG_RECIPIENTS_BACKEND, /* the proxy's backend says who exists */
	CONFIG_RECIPIENTS_VERIFY,
	CONFIG_RECIPIENTS_FILE,
};

/* ---- sections ---- `at` is the node in the file, for messages; NULL: the section is implied */

struct config_limits {
	const struct config_node *at;
	uint64_t message_size; /* bytes */
	uint32_t recipients; /* of one transaction */
	usec_t command_timeout; /* waiting for a command */
	usec_t data_timeout; /* waiting for the next bytes of content */
	uint32_t sessions; /* at once, over all workers */
	uint32_t sessions_per_client; /* at once from one address (IPv6: one /64) */
	uint32_t sessions_per_network; /* at once from one /24 (IPv6: one /64); 0: no limit */
	uint32_t slowed; /* sessions that are made to wait at once, of one worker */
	uint32_t errors; /* rejected or unknown commands in one session before 421 */
	uint32_t login_failures; /* in one session before 421 */
	uint32_t hops; /* Received fields before 554 5.4.6 */
	uint64_t header_size; /* bytes of one message's header section */
};

struct config_retry {
	const struct config_node *at;
	struct config_times schedule; /* never empty; the last repeats */
	uint32_t jitter; /* percent, each wait is changed by up to that much either way */
	usec_t keep; /* before a message is returned */
	usec_t keep_dsn; /* the same for mail with a null reverse-path */
	usec_t keep_backup; /* the same for mail to `domains` without a `keep` of their own */
	usec_t warn_after; /* one delay DSN; 0 never */
};

struct config_spool {
	const struct config_node *at;
	struct slice path;
	uint64_t segment_size; /* bytes */
	uint64_t reserve; /* bytes kept free for outcomes, DSNs and compaction */
};

struct config_log {
	const struct config_node *at;
	enum config_log_format format;
	enum config_log_level level;
};

struct config_admin {
	const struct config_node *at;
	struct slice socket;
};

/* One server per entry, port 53 unless "address@port"; none: what the system's resolv.conf says. */
struct config_dns {
	const struct config_node *at;
	struct config_addresses servers;
	struct config_file trust_anchor; /* unset: nothing is validated */
};

struct config_delivery {
	const struct config_node *at;
	uint32_t connections; /* attempts at once, of one worker */
	uint32_t connections_per_destination; /* at once, over all workers */
	uint32_t messages_per_connection;
	uint32_t recipients_per_message; /* of one transaction towards a next hop */
	usec_t idle_timeout; /* a connection kept for the next message */
	usec_t connect_timeout; /* one address */
	usec_t greeting_timeout; /* from connected to the first reply; also EHLO and STARTTLS */
	usec_t dead_host; /* how long a host that did not answer is left alone */
};

/* An item of `tls`: a certificate chain and its key, chosen by SNI, from the names in it; the
 * first serves the rest. */
struct config_tls {
	const struct config_node *at;
	struct config_file certificate; /* PEM, leaf first */
	struct config_file key_file; /* PEM, secret */
};

/* An item of `users`. */
struct config_users {
	const struct config_node *at;
	struct config_file file; /* secret; lines NAME:SECRET[:senders] */
};

/* An item of a listener's `networks`. */
struct config_network {
	const struct config_node *at;
	struct ip_net from;
	struct config_texts senders; /* patterns of reverse-paths; empty: any */
	uint64_t bandwidth; /* bytes a second of all its clients together; 0: no limit */
	uint32_t max_connections; /* at once of all its clients together; 0: no limit */
};

struct config_networks {
	const struct config_network *v;
	size_t n;
};

struct config_hops;

/* Whom a listener slows down. */
enum config_slowed { CONFIG_SLOW_STRANGERS, CONFIG_SLOW_EVERYONE };
/* What becomes of a client that speaks before the greeting. */
enum config_early { CONFIG_EARLY_REFUSE, CONFIG_EARLY_MARK, CONFIG_EARLY_IGNORE };

struct config_tarpit {
	const struct config_node *at;
	usec_t per_error; /* a reply waits so much longer for each refusal before it */
};

/* How many bytes a second a listener takes at most. 0: no limit. */
struct config_bandwidth {
	const struct config_node *at;
	uint64_t connection, address, network, login;
	uint64_t burst; /* bytes that may come at once */
};

/* How a listener slows clients down. All zero: it does not. */
struct config_flow {
	const struct config_node *at;
	enum config_slowed clients;
	usec_t greeting_delay;
	enum config_early early_talkers; /* implied value filled in */
	usec_t reply_delay;
	struct config_tarpit tarpit;
	usec_t stutter; /* between the pieces of a reply; 0: in one */
	uint32_t stutter_bytes; /* of a piece */
	uint64_t read_rate; /* bytes a second of a connection; 0: no limit */
	uint64_t receive_buffer; /* bytes of the kernel's; 0: as it likes */
	usec_t longest; /* all the waits of a session together */
};

/* Servers in front of a listener that may say who their clients are. */
struct config_front {
	const struct config_node *at;
	struct config_nets from; /* none: nobody is believed */
	bool login; /* `xclient` only: what they say of log-ins is believed too */
};

struct config_listener {
	const struct config_node *at;
	struct slice name;
	enum config_for for_whom;
	enum config_service service;
	struct config_addresses address; /* never empty */
	enum config_listen_tls tls; /* implied value filled in */
	bool tls_required; /* derived: MAIL needs TLS first (submission with starttls) */
	struct config_networks networks; /* implied loopback networks filled in */
	bool i_accept_an_open_relay;
	struct config_front proxy_protocol, xclient, xforward;
	struct config_flow flow;
	struct config_bandwidth bandwidth;
	uint32_t max_connections; /* at once; 0: no limit of its own */
	enum config_backend_failure on_backend_failure;
	enum config_login_by login_by;
	enum config_dedupe dedupe;
	struct slice via; /* a name in `hops`; empty: as `domains` and `routes` say */
	const struct config_hops *hops; /* derived from via; not NULL with CONFIG_LOGIN_PASSED */
	enum config_connect connect; /* implied value filled in */
	usec_t slow_after; /* a client that lets a proxy wait so long is slow; 0: nobody is */
	usec_t release_after; /* a backend's session is given back then; 0: never */
};

/* An item of a domain's `recipients`. */
struct config_recipients {
	const struct config_node *at;
	enum config_recipients_kind is;
	struct config_file file; /* one address or local part a line */
};

struct config_recipient_list {
	const struct config_recipients *v;
	size_t n; /* 0: every recipient is known (not for a backup domain) */
};

struct config_hops;

struct config_domain {
	const struct config_node *at;
	struct slice name; /* ASCII, lower case */
	struct slice via; /* a name in `hops` */
	const struct config_hops *hops; /* derived from via; never NULL */
	struct config_recipient_list recipients;
	usec_t keep; /* derived: retry.keep-backup where unset */
};

struct config_route {
	const struct config_node *at;
	struct config_texts login; /* patterns; empty matches everything, also "no log-in" */
	struct config_texts from; /* patterns of the reverse-path; "<>" matches the null one */
	struct config_texts
		to; /* patterns of the recipient, or of its domain where there is no '@' */
	struct slice via; /* a name in `hops`, or "mx" */
	const struct config_hops *hops; /* derived from via; NULL: direct, by MX */
};

struct config_login {
	const struct config_node *at;
	struct slice user; /* empty: no log-in */
	struct config_file password_file; /* secret; trailing line end already removed */
	enum config_mechanism mechanism;
};

/* Where a host is. */
struct config_endpoint {
	struct slice name; /* as written, without scheme, brackets and port */
	struct ip ip; /* IP_NONE unless name is an address */
	uint16_t port;
	enum config_protocol protocol;
	bool implicit_tls; /* smtps:// */
};

/* An item of `hosts`: a member of the pool. */
struct config_host {
	const struct config_node *at;
	struct config_endpoint place;
	uint32_t weight;
	uint32_t max_connections; /* at once, over all workers; 0: no limit of its own */
};

/* Checks of hosts that nobody uses now. */
struct config_health {
	const struct config_node *at; /* NULL: none are made */
	usec_t every; /* a host that is down or unknown */
	usec_t timeout; /* of one check */
};

/* Hosts of one set of hops. */
#define CONFIG_HOSTS_MAX 256

struct config_hosts {
	const struct config_host *v;
	size_t n; /* never 0 */
};

struct config_hops {
	const struct config_node *at;
	struct slice name;
	struct config_hosts hosts; /* in order of preference */
	enum config_balance balance;
	enum config_sticky sticky;
	usec_t slow_start; /* of a host that comes back; 0: none */
	/* At once, over all workers; 0: delivery.connections-per-destination. */
	uint32_t max_connections;
	/* For proxied transactions: how many wait for a connection, over all workers; how long. */
	uint32_t max_waiting;
	usec_t waiting_timeout;
	usec_t reply_timeout; /* of commands in a transaction; 0: those of RFC 5321 */
	usec_t answer_timeout; /* of a proxied message, once it is whole */
	usec_t noop_after; /* a session that belongs to a silent client is kept alive; 0: never */
	bool soft_rejects; /* a proxy passes 5xx on as 4xx */
	bool hide_names; /* a proxy takes names of the hosts out of replies */
	struct config_health health;
	enum config_hop_tls tls; /* implied value filled in */
	struct config_file ca_file; /* unset: the system's authorities */
	enum config_tell tell_client;
	bool assume_8bit; /* they take content of 8 bits, whatever they offer */
	struct config_login login;
	/* Derived: named by one of `domains`, of `routes`, of `listeners`. */
	bool for_domains, for_routes, for_listeners;
};

/* Lists of sections: in file order. */
struct config_tls_list {
	const struct config_tls *v;
	size_t n;
};
struct config_users_list {
	const struct config_users *v;
	size_t n;
};
struct config_listeners {
	const struct config_listener *v;
	size_t n;
};
struct config_domains {
	const struct config_domain *v;
	size_t n;
};
struct config_routes {
	const struct config_route *v;
	size_t n;
};
struct config_hops_list {
	const struct config_hops *v;
	size_t n;
};

struct config {
	const struct config_node *at;
	struct slice hostname; /* never empty */
	struct slice postmaster; /* may be empty */
	struct slice user; /* the workers' user */
	uint32_t workers; /* 0: auto */
	struct config_texts our_names; /* beside hostname */
	struct config_ips our_addresses;
	struct config_limits limits;
	struct config_retry retry;
	struct config_spool spool;
	struct config_log log;
	struct config_admin admin;
	struct config_dns dns;
	struct config_delivery delivery;
	struct config_tls_list tls;
	struct config_users_list users;
	struct config_listeners listeners; /* the implied loopback listener filled in */
	struct config_domains domains;
	struct config_routes routes;
	struct config_hops_list hops;
	bool routes_direct; /* derived: one of `routes` is `via: mx` */
	struct config_store *store; /* the memory behind it */
};

/* ---- loading ---- */

/* The largest configuration file, and the largest file named in one. */
#define CONFIG_TEXT_MAX ((size_t)1 << 20)
#define CONFIG_FILE_MAX ((size_t)64 << 20)

struct config_input {
	/* Of the configuration file: named in messages; relative paths start at its folder. */
	const char *path;
	struct slice text; /* its content; need not outlive the call */
	struct slice system_name; /* this machine's host name; default of `hostname` */
	/* Appends the file's content to ret; 0 or a negative enum err_code. May be NULL: then named
	 * files are not read and their content stays empty (checking syntax only). */
	int (*read_file)(void *arg, const char *path, struct buf *ret);
	void *arg;
};

/* Reads, checks, fills in what is implied. 0 and one reference in ret_config, or ERR_INVALID. In
 * both cases report (report.h, initialised by the caller) holds what there is to say: warnings, or
 * at least one error. */
int config_load(const struct config_input *in, struct config_report *report,
	const struct config **ret_config);
/* References may be taken and given back on any thread. The last one frees. */
const struct config *config_ref(const struct config *c);
/* NULL is allowed. */
void config_unref(const struct config *c);

/* ---- questions ---- ASCII case is ignored; NULL when there is none. */
const struct config_domain *config_domain_find(const struct config *c, struct slice name);
const struct config_hops *config_hops_find(const struct config *c, struct slice name);
const struct config_listener *config_listener_find(const struct config *c, struct slice name);
/* The name is the host name or one of our-names. */
bool config_is_our_name(const struct config *c, struct slice name);
bool config_is_our_address(const struct config *c, const struct ip *ip);
/* An address of a server that is believed. */
bool config_front_has(const struct config_front *f, const struct ip *ip);
/* A recipient of that domain exists as far as the configuration knows. */
bool config_domain_knows(const struct config *c, const struct config_domain *d, struct slice local);
/* Where a section stands in the file, for messages; 0 when implied. */
unsigned config_line(const struct config_node *at);

#endif
