/* Hashes against their published vectors. */
#include "base/hash.h"

#include "base/ascii.h"

#include "check_main.h"

/* Key 00..0f, message 00 01 ...: as `openssl mac` computes SIPHASH of 8 bytes with c-rounds:1 and
 * d-rounds:3. */
START_TEST(hash_siphash_vector)
{
	const struct hash_key key = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	char message[15];

	for (int i = 0; i < 15; i++)
		message[i] = (char)i;
	ck_assert_uint_eq(hash_slice(&key, slice_of(message, 15)), 0xd320d86d2a519956);
	ck_assert_uint_eq(hash_slice(&key, SLICE_NIL), 0xabac0158050fc4dc);
	ck_assert_uint_eq(hash_slice(&key, slice_of(message, 8)), 0x369095118d299a8e);
}
END_TEST

/* Key 00..0f, message 00 01 ...: so computed, 16 bytes, in one piece and in pieces of every size. */
START_TEST(hash_siphash_128_vectors)
{
	static const struct {
		size_t n;
		uint64_t a, b;
	} cases[] = {
		{ 0, 0xbea58827b2bc7ee7, 0x013030dd6adb62fd },
		{ 1, 0xa8edd36004376ffc, 0x63f02f2bcc73055e },
		{ 7, 0xc3e0aaf223b98410, 0x77ab4808c82e2fa6 },
		{ 8, 0xb4dae3d5e1fe12aa, 0x99c7f935ab164f72 },
		{ 9, 0x9439f32c04b8dd81, 0x427c1394000e72f4 },
		{ 15, 0x6c52bdb205557ec1, 0x09017e1eeccd2129 },
		{ 16, 0xeb8e511557d9a8d0, 0x93179e3df8b013b5 },
		{ 17, 0x8d66bb3ff9264123, 0xecf7bdfee8125197 },
		{ 63, 0x6f42fe4ee300584c, 0xad6052a70a6b9f07 },
		{ 64, 0x36a54a4bf2de5312, 0xc2666aba59a7c84e },
		{ 300, 0x17c56127d6ea6531, 0x2b57cd73cf9d8119 },
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
	for (int c = 0; c < 256; c++) {
		char text[9] = "@@@@@@@@", low[9] = "@@@@@@@@";

		text[5] = text[8] = (char)c;
		low[5] = low[8] = ascii_lower((char)c);
		ck_assert_uint_eq(hash_slice_nocase(&key, slice_of(text, 9)),
			hash_slice(&key, slice_of(low, 9)));
	}
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
