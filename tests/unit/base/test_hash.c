/* Hashes against their published vectors. */
#include "base/hash.h"

#include "check_main.h"

/* Key 00..0f, message 00..0e: the worked example of the SipHash paper, appendix A. */
START_TEST(hash_siphash_vector)
{
	const struct hash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	char message[15];

	for (int i = 0; i < 15; i++)
		message[i] = (char)i;
	ck_assert_uint_eq(hash_slice(&key, slice_of(message, 15)), 0xa129ca6149be45e5);
	ck_assert_uint_eq(hash_slice(&key, SLICE_NIL), 0x726fdb47dd0e0e31);
	ck_assert_uint_eq(hash_slice(&key, slice_of(message, 8)), 0x93f5f5799a932462);
}
END_TEST

START_TEST(hash_without_case)
{
	const struct hash_key key = { 1, 2 };

	ck_assert_uint_eq(hash_slice_nocase(&key, S("Example.ORG-long")),
		hash_slice(&key, S("example.org-long")));
	ck_assert_uint_ne(hash_slice(&key, S("A")), hash_slice(&key, S("a")));
	const struct hash_key other = { 1, 3 };

	ck_assert_uint_ne(hash_slice(&key, S("a")), hash_slice(&other, S("a")));
}
END_TEST

START_TEST(hash_numbers)
{
	ck_assert_uint_ne(hash_u64(1), hash_u64(2));
	ck_assert_uint_ne(hash_u64(1) & 0xff, hash_u64(1 + 256) & 0xff);
}
END_TEST

/* RFC 3720 appendix B.4, and that pieces make the whole. */
START_TEST(hash_crc32c_vectors)
{
	unsigned char data[32];

	memset(data, 0, 32);
	ck_assert_uint_eq(hash_crc32c(0, data, 32), 0x8a9136aa);
	memset(data, 0xff, 32);
	ck_assert_uint_eq(hash_crc32c(0, data, 32), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		data[i] = (unsigned char)i;
	ck_assert_uint_eq(hash_crc32c(0, data, 32), 0x46dd794e);
	ck_assert_uint_eq(hash_crc32c(0, "123456789", 9), 0xe3069283);
	for (size_t cut = 0; cut <= 32; cut++)
		ck_assert_uint_eq(
			hash_crc32c(hash_crc32c(0, data, cut), data + cut, 32 - cut), 0x46dd794e);
	ck_assert_uint_eq(hash_crc32c(0, "", 0), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("hash");
	TCase *t = tcase_create("hash");

	tcase_add_test(t, hash_siphash_vector);
	tcase_add_test(t, hash_without_case);
	tcase_add_test(t, hash_numbers);
	tcase_add_test(t, hash_crc32c_vectors);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
