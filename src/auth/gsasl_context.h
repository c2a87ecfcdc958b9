/* The one context of GNU SASL in a process; private to auth. */
#ifndef SLUICE_AUTH_GSASL_CONTEXT_H
#define SLUICE_AUTH_GSASL_CONTEXT_H

#include <gsasl.h>

/* Made at the first call, kept until the process ends. NULL when there is no memory for it. From
 * the loop's thread; sessions made of it may then be used by one thread at a time each. */
Gsasl *auth_gsasl_context_get(void);
/* Under which property the library wants the data of a channel binding of this type. */
Gsasl_property auth_gsasl_context_binding(const char *type);

#endif
