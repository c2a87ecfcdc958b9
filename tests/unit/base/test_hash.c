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

/* Key 00..0f, message 00 01 ...: as `openssl mac` computes SIPHASH of 16 bytes, in one piece and in
 * pieces of every size. */
START_TEST(hash_siphash_128_vectors)
{
	static const struct {
		size_t n;
		uint64_t a, b;
	} cases[] = {
		{ 0, 0xe6a825ba047f81a3, 0x930255c71472f66d },
		{ 1, 0x44af996bd8c187da, 0x45fc229b11597634 },
		{ 7, 0x53c1dbd8beebf1a1, 0x3982f01fa64ab8c0 },
		{ 8, 0x61f55862baa9623b, 0xb49714f364e2830f },
		{ 9, 0xabbad90a06994426, 0xed716dbb028b7fc4 },
		{ 15, 0x11a8b03399e99354, 0xd9c3cf970fec087e },
		{ 16, 0xbb54b067caa4e26e, 0x77052385bf1533fd },
		{ 17, 0x98b88d73e8063d47, 0x4077e47ac466c054 },
		{ 63, 0x4a83502f77d15051, 0x7cbd3f979a063e50 },
		{ 64, 0x3fcdd4c07d07af1e, 0x4ba75836384dad8c },
		{ 300, 0x6db3146d405a00ce, 0x11b3e1a7f7b58653 },
	};
	const struct hash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	char message[300];

	for (int i = 0; i < 300; i++)
		message[i] = (char)i;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		for (size_t piece = 1; piece <= cases[c].n + 1; piece++) {
			struct slice rest = slice_of(message, cases[c].n);
			struct hash_stream h;

			hash_stream_begin(&h, &key);
			for (; rest.n; rest = slice_skip(rest, piece))
				hash_stream_put(&h, slice_take(rest, piece));
			hash_stream_put(&h, SLICE_NIL);
			struct hash_128 got = hash_stream_end(&h);

			ck_assert_uint_eq(got.a, cases[c].a);
			ck_assert_uint_eq(got.b, cases[c].b);
		}
	}
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
	tcase_add_test(t, hash_siphash_128_vectors);
	tcase_add_test(t, hash_without_case);
	tcase_add_test(t, hash_numbers);
	tcase_add_test(t, hash_crc32c_vectors);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
