/* What a next hop is told of somebody else's client: PROXY headers, XCLIENT, XFORWARD. */
#include "base/err.h"
#include "rt/ctx.h"
#include "rt/net.h"
#include "smtp/proxy_protocol.h"
#include "hop_parts.h"

static struct buf *next(struct buf *told)
{
	if (told->n)
		buf_puts(told, " | ");
	return told;
}

static void describe(struct buf *told, const struct smtp_proxy *p)
{
	buf_printf(next(told), "PROXY v%d", (int)p->version);
	if (p->is_local) {
		buf_puts(told, " itself");
		return;
	}
	buf_putc(told, ' ');
	ip_port_format(told, &p->client);
	buf_putc(told, ' ');
	ip_port_format(told, &p->server);
	if (p->tls)
		buf_printf(told, " %.*s", SLICE_ARG(p->tls_version));
}

int hop_read_header(struct ctx *ctx, struct visit *v)
{
	struct smtp_proxy p;
	const char *why;
	struct buf in;
	size_t n = 0;
	int r = 0;

	if (!v->server->header)
		return 0;
	buf_init(&in, SMTP_PROXY_V2_MAX);
	while (r == 0 && smtp_proxy_read(buf_slice(&in), &n, &p, &why) == SMTP_PROXY_MORE) {
		size_t wanted = smtp_proxy_wants(buf_slice(&in));

		r = sock_read(ctx, v->sock, buf_room(&in, wanted), wanted, &n);
		buf_added(&in, r == 0 ? n : 0);
	}
	if (r == 0 && smtp_proxy_read(buf_slice(&in), &n, &p, &why) != SMTP_PROXY_DONE)
		r = ERR_EOF; /* it hangs up on such a client */
	if (r == 0)
		describe(&v->told, &p);
	buf_done(&in);
	return r;
}

void hop_told(struct visit *v, struct slice verb, struct slice arg)
{
	bool forward = slice_eq_nocase(verb, S("XFORWARD"));

	buf_printf(next(forward ? &v->forwarded : &v->told), "%.*s %.*s", SLICE_ARG(verb),
		SLICE_ARG(arg));
}

void hop_told_message(const struct visit *v, struct message *m)
{
	buf_put(&m->told, buf_slice(&v->told));
	if (v->forwarded.n) {
		next(&m->told);
		buf_put(&m->told, buf_slice(&v->forwarded));
	}
}
