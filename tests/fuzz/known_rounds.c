/* PKCS5_PBKDF2_HMAC, remembering its last answers (linked by --wrap): 4,096 rounds took a quarter of
 * the fuzzer's time, nearly always over the same password, and have the same outcome each time. */
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#define KNOWN	 16
#define PART_MAX 64 /* longer ones are not remembered */

static struct answer {
	char password[PART_MAX];
	unsigned char salt[PART_MAX], out[PART_MAX];
	int password_n, salt_n, rounds, out_n;
	const EVP_MD *digest; /* NULL: none here */
} known[KNOWN];
static size_t next;

int __real_PKCS5_PBKDF2_HMAC(const char *password, int password_n, const unsigned char *salt,
	int salt_n, int rounds, const EVP_MD *digest, int out_n, unsigned char *out);
int __wrap_PKCS5_PBKDF2_HMAC(const char *password, int password_n, const unsigned char *salt,
	int salt_n, int rounds, const EVP_MD *digest, int out_n, unsigned char *out);

static bool is_it(const struct answer *a, const struct answer *b)
{
	return a->digest == b->digest && a->rounds == b->rounds && a->out_n == b->out_n &&
	       a->password_n == b->password_n && a->salt_n == b->salt_n &&
	       memcmp(a->password, b->password, PART_MAX) == 0 &&
	       memcmp(a->salt, b->salt, PART_MAX) == 0;
}

int __wrap_PKCS5_PBKDF2_HMAC(const char *password, int password_n, const unsigned char *salt,
	int salt_n, int rounds, const EVP_MD *digest, int out_n, unsigned char *out)
{
	struct answer a = { .password_n = password_n,
		.salt_n = salt_n,
		.rounds = rounds,
		.out_n = out_n,
		.digest = digest };

	if (password_n < 0 || password_n > PART_MAX || salt_n > PART_MAX || out_n > PART_MAX)
		return __real_PKCS5_PBKDF2_HMAC(
			password, password_n, salt, salt_n, rounds, digest, out_n, out);
	memcpy(a.password, password, (size_t)password_n);
	memcpy(a.salt, salt, (size_t)salt_n);
	for (size_t i = 0; i < KNOWN; i++)
		if (is_it(&known[i], &a)) {
			memcpy(out, known[i].out, (size_t)out_n);
			return 1;
		}
	int r = __real_PKCS5_PBKDF2_HMAC(
		password, password_n, salt, salt_n, rounds, digest, out_n, out);

	if (r == 1) {
		memcpy(a.out, out, (size_t)out_n);
		known[next++ % KNOWN] = a;
	}
	return r;
}
