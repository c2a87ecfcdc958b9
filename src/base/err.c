/* Names of the error codes. */
#include "base/err.h"

const char *err_name(int code)
{
	switch (code) {
	case 0:
		return "no error";
	case ERR_CANCELLED:
		return "cancelled";
	case ERR_TIMEOUT:
		return "timed out";
	case ERR_EOF:
		return "connection closed";
	case ERR_RESET:
		return "connection lost";
	case ERR_REFUSED:
		return "connection refused";
	case ERR_UNREACHABLE:
		return "unreachable";
	case ERR_IO:
		return "input/output error";
	case ERR_FULL:
		return "no room left";
	case ERR_LIMIT:
		return "limit exceeded";
	case ERR_PROTOCOL:
		return "protocol violated";
	case ERR_NOTFOUND:
		return "not found";
	case ERR_EXISTS:
		return "exists already";
	case ERR_ACCESS:
		return "not permitted";
	case ERR_BUSY:
		return "busy";
	case ERR_INVALID:
		return "invalid";
	case ERR_UNSUPPORTED:
		return "not supported";
	case ERR_TLS:
		return "TLS failed";
	case ERR_DNS:
		return "name look-up failed";
	case ERR_AUTH:
		return "log-in refused";
	case ERR_CORRUPT:
		return "checksum wrong";
	default:
		return "error";
	}
}
