/* One switch from errno to enum err_code, used by files and sockets alike, so that the same
 * trouble has the same code everywhere. */
#include "rt/linux/oserr.h"

#include <errno.h>

#include "base/err.h"

int oserr_code(int number)
{
	switch (number) {
	case EAGAIN:
	case EADDRINUSE:
	case EBUSY:
	case ETXTBSY:
		return ERR_BUSY;
	case ECONNREFUSED:
		return ERR_REFUSED;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
	case ENOTCONN:
		return ERR_RESET;
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return ERR_UNREACHABLE;
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
		return ERR_FULL;
	case EFBIG:
		return ERR_LIMIT;
	case ENOENT:
		return ERR_NOTFOUND;
	case EEXIST:
	case ENOTEMPTY:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_ACCESS;
	case EINVAL:
	case ENAMETOOLONG:
	case ENOTDIR:
	case EISDIR:
	case ELOOP:
		return ERR_INVALID;
	case EOPNOTSUPP:
	case ENOSYS:
		return ERR_UNSUPPORTED;
	default:
		return ERR_IO;
	}
}
