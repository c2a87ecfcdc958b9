/* Private to the proxy: content with bytes over 127 of which MAIL said nothing (no BODY=8BITMIME,
 * RFC 6152), for servers that do not take such bytes. Nothing here suspends. */
#ifndef SLUICE_SERVER_PROXY_WIDE_H
#define SLUICE_SERVER_PROXY_WIDE_H

#include <stdbool.h>

struct nexthop_failure;
struct proxy_backend;

/* Nothing was declared, and some servers of the pool take such bytes while others do not: the
 * content should be gathered, as far as it would go to one of the others. */
bool proxy_wide_divides(const struct proxy_backend *b);
/* The same, and the server in hand is one of the others. */
bool proxy_wide_may_be_elsewhere(const struct proxy_backend *b);
/* Such bytes are about to be passed on. True: the server does not take them, and is to be left
 * without the end of the content; `lost` is set. */
bool proxy_wide_streams(struct proxy_backend *b);
/* The whole content is here, and has such bytes: from now on it is as if they had been declared. A
 * server in hand that does not take them is given back. */
void proxy_wide_gathered(struct proxy_backend *b);
/* Leaves the connection made ahead where it is if it does not take what is known of the content.
 * False: neither does the only one that will do; `lost` is set, *ret_why is static. */
bool proxy_wide_may_connect(struct proxy_backend *b, const char **ret_why);
/* Nobody takes such bytes: if that is it, `lost` is set. */
bool proxy_wide_is_why(struct proxy_backend *b, const struct nexthop_failure *failure);

#endif
