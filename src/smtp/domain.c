/* Names are checked label by label; addresses are base/ip's. */
#include "smtp/domain.h"

#include "base/ascii.h"
#include "base/text.h"

/* sub-domain = Let-dig [Ldh-str]     RFC 5321 section 4.1.2
 * sub-domain =/ U-label              RFC 6531 section 3.3
 * with "_" beside Let-dig. */
static bool label_valid(struct slice s, bool utf8)
{
	if (s.n == 0 || s.n > SMTP_DOMAIN_LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool high = (unsigned char)s.p[i] >= 128;

		if (high ? !utf8 : !ascii_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	}
	return slice_is_ascii(s) || text_is_utf8(s);
}

/* Domain = sub-domain *("." sub-domain)     RFC 5321 section 4.1.2 */
bool smtp_domain_valid(struct slice s, bool utf8)
{
	if (s.n == 0 || s.n > SMTP_DOMAIN_MAX || s.p[s.n - 1] == '.')
		return false;
	while (s.n)
		if (!label_valid(slice_split(&s, '.'), utf8))
			return false;
	return true;
}

/* General-address-literal = Standardized-tag ":" 1*dcontent
 * Standardized-tag = Ldh-str
 * dcontent = %d33-90 / %d94-126             RFC 5321 section 4.1.3 */
static bool general_literal(struct slice s)
{
	struct slice tag = slice_split(&s, ':');

	if (s.n == 0 || tag.n == 0 || tag.p[tag.n - 1] == '-')
		return false;
	for (size_t i = 0; i < tag.n; i++)
		if (!ascii_is_alnum(tag.p[i]) && tag.p[i] != '-')
			return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || (s.p[i] >= '[' && s.p[i] <= ']'))
			return false;
	return true;
}

/* address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
 *                   General-address-literal ) "]"
 * IPv6-address-literal = "IPv6:" IPv6-addr  RFC 5321 section 4.1.3 */
bool smtp_domain_literal(struct slice s, struct ip *ret)
{
	struct ip ip = { 0 };

	if (s.n < 3 || s.n > SMTP_DOMAIN_MAX || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	s = slice_take(slice_skip(s, 1), s.n - 2);
	if (slice_starts_nocase(s, S("IPv6:"))) {
		s = slice_skip(s, 5);
		if (slice_find(s, ':') == s.n || !ip_parse(s, &ip))
			return false;
	} else if (slice_find(s, ':') < s.n) {
		if (!general_literal(s))
			return false;
	} else if (!ip_parse(s, &ip)) {
		return false;
	}
	*ret = ip;
	return true;
}
