/* Between struct ip_port and sockaddr. */
#include "rt/linux/addr.h"

#include <netinet/in.h>
#include <string.h>

socklen_t addr_to_os(const struct ip_port *a, struct sockaddr_storage *ret)
{
	if (a->ip.family == IP_V6) {
		struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(a->port) };

		memcpy(&six.sin6_addr, a->ip.b, 16);
		memcpy(ret, &six, sizeof(six));
		return sizeof(six);
	}
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(a->port) };

	memcpy(&four.sin_addr, a->ip.b, 4);
	memcpy(ret, &four, sizeof(four));
	return sizeof(four);
}

struct ip_port addr_from_os(const struct sockaddr_storage *s)
{
	struct ip_port a = { 0 };

	if (s->ss_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, s, sizeof(six));
		a.ip = ip_from_bytes(&six.sin6_addr, IP_V6);
		a.port = ntohs(six.sin6_port);
	} else if (s->ss_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, s, sizeof(four));
		a.ip = ip_from_bytes(&four.sin_addr, IP_V4);
		a.port = ntohs(four.sin_port);
	}
	return a;
}
