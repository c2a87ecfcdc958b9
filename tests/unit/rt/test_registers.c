/* What a function keeps in registers while it suspends is there when it goes on: integers and
 * floating point numbers, more of them than the processor saves in a call. Worth something when it
 * is compiled with optimization too. */
#include "check_main.h"
#include "rt/ctx.h"
#include "rt/loop.h"
#include "rt/scope.h"

#define ROUNDS 50

/* Twelve integers and ten numbers live across each switch. */
static int keep(struct ctx *ctx, void *arg)
{
	long k = *(const long *)arg;
	long a = k + 1, b = k + 2, c = k + 3, d = k + 4, e = k + 5, f = k + 6, g = k + 7, h = k + 8;
	double p = (double)k, q = p + 0.5, r = p + 1.5, s = p + 2.5, t = p + 3.5, u = p + 4.5;
	double v = p + 5.5, w = p + 6.5, x = p + 7.5, y = p + 8.5;

	for (long i = 0; i < ROUNDS; i++) {
		int result = ctx_yield(ctx);

		if (result < 0)
			return result;
		a += b, b += c, c += d, d += e, e += f, f += g, g += h, h += 1;
		p += q, q += r, r += s, s += t, t += u, u += v, v += w, w += x, x += y, y += 1;
	}
	/* The same once more without a switch between. */
	long a2 = k + 1, b2 = k + 2, c2 = k + 3, d2 = k + 4, e2 = k + 5, f2 = k + 6, g2 = k + 7,
	     h2 = k + 8;
	double p2 = (double)k, q2 = p2 + 0.5, r2 = p2 + 1.5, s2 = p2 + 2.5, t2 = p2 + 3.5;
	double u2 = p2 + 4.5, v2 = p2 + 5.5, w2 = p2 + 6.5, x2 = p2 + 7.5, y2 = p2 + 8.5;

	for (long i = 0; i < ROUNDS; i++) {
		a2 += b2, b2 += c2, c2 += d2, d2 += e2, e2 += f2, f2 += g2, g2 += h2, h2 += 1;
		p2 += q2, q2 += r2, r2 += s2, s2 += t2, t2 += u2, u2 += v2, v2 += w2, w2 += x2;
		x2 += y2, y2 += 1;
	}
	ck_assert(a == a2 && b == b2 && c == c2 && d == d2);
	ck_assert(e == e2 && f == f2 && g == g2 && h == h2);
	ck_assert(p >= p2 && p <= p2 && q >= q2 && q <= q2 && r >= r2 && r <= r2);
	ck_assert(s >= s2 && s <= s2 && t >= t2 && t <= t2 && u >= u2 && u <= u2);
	ck_assert(v >= v2 && v <= v2 && w >= w2 && w <= w2 && x >= x2 && x <= x2);
	ck_assert(y >= y2 && y <= y2);
	return 0;
}

static int keepers(struct ctx *ctx, void *arg)
{
	struct scope scope;
	long k[20];

	(void)arg;
	scope_init(&scope, SCOPE_ALL);
	for (long i = 0; i < 20; i++) {
		k[i] = i * 1000;
		ck_assert_int_eq(scope_spawn(&scope, "keeper", keep, &k[i]), 0);
	}
	return scope_wait(ctx, &scope);
}

START_TEST(registers_survive_a_switch)
{
	ck_assert_int_eq(loop_run("test", keepers, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("registers");
	TCase *t = tcase_create("registers");

	tcase_add_test(t, registers_survive_a_switch);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
