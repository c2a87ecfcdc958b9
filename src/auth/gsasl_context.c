/* The library lists its mechanisms in a context; making one costs more than a whole exchange. */
#include "auth/gsasl_context.h"

#include <string.h>

static Gsasl *context;

Gsasl *auth_gsasl_context_get(void)
{
	if (!context && gsasl_init(&context) != GSASL_OK)
		context = NULL;
	return context;
}

Gsasl_property auth_gsasl_context_binding(const char *type)
{
	return strcmp(type, "tls-unique") == 0 ? GSASL_CB_TLS_UNIQUE : GSASL_CB_TLS_EXPORTER;
}
