/* Error codes and the record of what went wrong. Pure. */
#ifndef SLUICE_BASE_ERR_H
#define SLUICE_BASE_ERR_H

/* Negative, so that 0 is success and every function that may fail returns int. */
enum err_code {
	ERR_CANCELLED = -1, /* from above: sticky, never retried */
	ERR_TIMEOUT = -2, /* the deadline that the caller itself narrowed */
	ERR_EOF = -3, /* the peer closed in order */
	ERR_RESET = -4, /* the connection broke */
	ERR_REFUSED = -5, /* nobody listens */
	ERR_UNREACHABLE = -6, /* no route, no such address family */
	ERR_IO = -7, /* a device or file failed */
	ERR_FULL = -8, /* no room on disk or within a budget */
	ERR_LIMIT = -9, /* a named limit was exceeded */
	ERR_PROTOCOL = -10, /* the peer broke its protocol */
	ERR_NOTFOUND = -11,
	ERR_EXISTS = -12,
	ERR_ACCESS = -13, /* not permitted */
	ERR_BUSY = -14, /* in use, or a bounded queue is full */
	ERR_INVALID = -15, /* malformed input */
	ERR_UNSUPPORTED = -16, /* refused because it is not offered */
	ERR_TLS = -17,
	ERR_DNS = -18,
	ERR_AUTH = -19,
	ERR_CORRUPT = -20, /* a checksum says that stored bytes changed */
};

/* What went wrong, for the layer that decides the mail's fate and logs once. A plain value. */
struct err {
	int code; /* enum err_code, 0 when nothing happened */
	const char *layer; /* static text: "tls", "connect", ... */
	const char *text; /* lives in the ctx's arena, or static; NULL when code is 0 */
};

/* A short static name: "timed out", "connection refused". Unknown codes give "error". */
const char *err_name(int code);

#endif
