/* The library's own texts speak to programmers; these speak to whoever runs the server. Only what
 * happens often in the field is translated, the rest keeps the library's words. */
#include "rt/tls_why.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/text.h"

#define NAMES_SHOWN 3

static const struct {
	int reason;
	const char *words;
} reasons[] = {
	{ SSL_R_WRONG_VERSION_NUMBER, "the peer does not speak TLS" },
	{ SSL_R_HTTP_REQUEST, "the peer speaks HTTP" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, "the peer offers nothing newer than TLS 1.1" },
	{ SSL_R_NO_SHARED_CIPHER, "no cipher in common with the peer" },
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING, "the peer closed during the handshake" },
	{ SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the peer does not trust our certificate (unknown ca)" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the peer says that our certificate expired" },
	{ SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the peer does not accept our certificate" },
	{ SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "the peer found nothing in common (alert)" },
};

void tls_why_queue(struct buf *b, const char *otherwise)
{
	unsigned long code = ERR_get_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	if (code && ERR_GET_LIB(code) == ERR_LIB_SSL)
		for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
			if (ERR_GET_REASON(code) == reasons[i].reason)
				words = reasons[i].words;
	buf_puts(b, words ? words : otherwise);
}

static void put_time(struct buf *b, const ASN1_TIME *t)
{
	struct tm tm;

	if (t && ASN1_TIME_to_tm(t, &tm) == 1)
		buf_printf(b, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	else
		buf_puts(b, "an unreadable date");
}

/* The common name of a subject or issuer, or "?". */
static void put_common_name(struct buf *b, const X509_NAME *name)
{
	int at = name ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
	const ASN1_STRING *s = at < 0 ? NULL
				      : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));

	if (s)
		text_escape(
			b, slice_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)), 64);
	else
		buf_putc(b, '?');
}

/* "mx.example, mx2.example and 3 more" */
static void put_names(struct buf *b, const X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int shown = 0, dns = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

		if (n->type != GEN_DNS || ++dns > NAMES_SHOWN)
			continue;
		if (shown++ > 0)
			buf_puts(b, ", ");
		text_escape(b,
			slice_of(ASN1_STRING_get0_data(n->d.dNSName),
				(size_t)ASN1_STRING_length(n->d.dNSName)),
			64);
	}
	if (dns > shown)
		buf_printf(b, " and %d more", dns - shown);
	if (dns == 0)
		put_common_name(b, X509_get_subject_name(cert));
	GENERAL_NAMES_free(names);
}

void tls_why_certificate(struct buf *b, int code, const X509 *cert, int depth, struct slice name)
{
	const char *whose = depth > 0 ? "an issuer's certificate" : "certificate";

	switch (cert ? code : X509_V_OK) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		buf_puts(b, "certificate is for ");
		put_names(b, cert);
		buf_puts(b, ", not ");
		text_escape(b, name, 128);
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		buf_printf(b, "%s expired on ", whose);
		put_time(b, X509_get0_notAfter(cert));
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		buf_printf(b, "%s is not valid before ", whose);
		put_time(b, X509_get0_notBefore(cert));
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		buf_puts(b, "self-signed certificate");
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		buf_puts(b, "certificate is from an unknown authority: ");
		put_common_name(b, X509_get_issuer_name(cert));
		break;
	default:
		buf_printf(b, "%s: %s", whose, X509_verify_cert_error_string(code));
	}
}
