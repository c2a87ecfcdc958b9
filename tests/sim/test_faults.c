/* What else can go wrong in the simulated world, one by one: delay, loss in one direction, random
 * faults of all kinds; each operation of the disk that fails, loses its turn to others, or is kept
 * while an earlier one is lost. */
#include "base/buf.h"
#include "rt/clock.h"
#include "rt/ctx.h"
#include "rt/file.h"
#include "rt/job.h"
#include "rt/net.h"

#include "sim_check.h"

static struct sim_host *server, *client;

/* ---- the network ---- */

static int echo(struct ctx *ctx, void *arg)
{
	char bytes[100];
	size_t n;
	int r = 0;

	while (r == 0) {
		r = sock_read(ctx, arg, bytes, sizeof(bytes), &n);
		if (r == 0)
			r = sock_writev(ctx, arg, &(struct iovec){ bytes, n }, 1);
	}
	sock_close(arg);
	return 0;
}

static int serve(struct ctx *ctx, void *arg)
{
	struct ip_port where = { .port = 25 };
	struct listen_sock *l;
	struct scope sessions;
	struct sock *s;

	(void)arg;
	ck_assert_int_eq(listen_sock_open(&where, NULL, &l), 0);
	scope_init(&sessions, SCOPE_SERVE);
	while (listen_sock_accept(ctx, l, &s, NULL, NULL) == 0)
		ck_assert_int_eq(scope_spawn(&sessions, "echo", echo, s), 0);
	listen_sock_close(l);
	scope_end(ctx, &sessions);
	return 0;
}

static void make_hosts(struct ctx *ctx)
{
	server = sim_host_new("server", "192.0.2.1");
	client = sim_host_new("client", "192.0.2.2");
	sim_proc_start(server, "serve", serve, NULL);
	ctx_sleep(ctx, USEC_PER_MSEC);
}

static int connect_to_server(struct ctx *ctx, struct sock **ret)
{
	struct ip_port to = { { IP_V4, { 192, 0, 2, 1 } }, 25 };

	return sock_connect(ctx, &to, NULL, ret);
}

/* One byte there and back, within a minute. */
static int ping(struct ctx *ctx, struct sock *s)
{
	struct deadline d;
	char byte = 'x';
	size_t n;

	ctx_narrow(ctx, &d, USEC_PER_MIN);
	int r = sock_writev(ctx, s, &(struct iovec){ &byte, 1 }, 1);

	if (r == 0)
		r = sock_read(ctx, s, &byte, 1, &n);
	return ctx_widen(ctx, &d, r);
}

static int is_delayed(struct ctx *ctx, void *arg)
{
	struct sock *s;

	(void)arg;
	sim_link(client, server)->latency_min = sim_link(client, server)->latency_max =
		200 * USEC_PER_MSEC;
	sim_link(server, client)->latency_min = 3 * USEC_PER_SEC;
	sim_link(server, client)->latency_max = 4 * USEC_PER_SEC;
	usec_t began = clock_now();

	ck_assert_int_eq(connect_to_server(ctx, &s), 0);
	ck_assert_int_ge(clock_now() - began, 3200 * USEC_PER_MSEC);
	ck_assert_int_le(clock_now() - began, 4200 * USEC_PER_MSEC);
	began = clock_now();
	ck_assert_int_eq(ping(ctx, s), 0);
	ck_assert_int_ge(clock_now() - began, 3200 * USEC_PER_MSEC);
	ck_assert_int_le(clock_now() - began, 4200 * USEC_PER_MSEC);
	sock_close(s);
	return 0;
}

static int delays(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts(ctx);
	return sim_host_run(ctx, client, "client", is_delayed, NULL);
}

START_TEST(each_direction_has_its_delay)
{
	run_seeds(delays);
}
END_TEST

struct losing {
	bool out, in;
};

static int loses(struct ctx *ctx, void *arg)
{
	const struct losing *l = arg;
	struct sock *s;

	ck_assert_int_eq(connect_to_server(ctx, &s), 0);
	ck_assert_int_eq(ping(ctx, s), 0);
	sim_sock_lose(s, l->out, l->in);
	ck_assert_int_eq(ping(ctx, s), l->out || l->in ? ERR_TIMEOUT : 0);
	if (!l->out && l->in) { /* the server sends in vain, and gives up */
		ctx_sleep(ctx, USEC_PER_HOUR);
		ck_assert(!sock_seems_readable(s));
	}
	sock_close(s);
	return 0;
}

static int one_way(struct ctx *ctx, void *arg)
{
	make_hosts(ctx);
	ck_assert_int_eq(sim_host_run(ctx, client, "client", loses, arg), 0);
	return 0;
}

START_TEST(either_direction_can_be_lost)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		for (int i = 0; i < 4; i++)
			run_seed(seed, one_way, &(struct losing){ i & 1, i & 2 });
}
END_TEST

static int is_reset(struct ctx *ctx, void *arg)
{
	struct sock *s;
	int r;

	(void)arg;
	sim_net_connect("192.0.2.1:25", SIM_CONNECT_RESET);
	r = connect_to_server(ctx, &s);
	if (r == 0) {
		r = ping(ctx, s);
		sock_close(s);
	}
	ck_assert_int_eq(r, ERR_RESET);
	return 0;
}

static int resets(struct ctx *ctx, void *arg)
{
	(void)arg;
	make_hosts(ctx);
	return sim_host_run(ctx, client, "client", is_reset, NULL);
}

START_TEST(a_connect_can_be_reset)
{
	run_seeds(resets);
}
END_TEST

static unsigned results[64];

static int tries(struct ctx *ctx, void *arg)
{
	struct deadline d;
	struct sock *s;

	(void)arg;
	for (int i = 0; i < 20; i++) {
		ctx_narrow(ctx, &d, USEC_PER_MIN);
		int r = ctx_widen(ctx, &d, connect_to_server(ctx, &s));

		if (r == 0) {
			for (int k = 0; k < 100 && r == 0; k++)
				r = ping(ctx, s);
			sock_close(s);
		}
		results[-r]++;
	}
	return 0;
}

static int chaos(struct ctx *ctx, void *arg)
{
	const struct sim_chaos *faults = arg;

	make_hosts(ctx);
	sim_net_chaos(faults);
	return sim_host_run(ctx, client, "client", tries, NULL);
}

START_TEST(chance_knows_every_fault)
{
	static const struct {
		struct sim_chaos chaos;
		int result;
	} cases[] = {
		{ { .refused = 300 }, ERR_REFUSED },
		{ { .black_hole = 300 }, ERR_TIMEOUT },
		{ { .unreachable = 300 }, ERR_UNREACHABLE },
		{ { .reset = 300, .within = 150 }, ERR_RESET },
		{ { .lose = 300, .within = 150 }, ERR_TIMEOUT },
		{ { .silence = 300, .within = 150 }, ERR_TIMEOUT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_chaos faults = cases[i].chaos;

		memset(results, 0, sizeof(results));
		for (uint64_t seed = 1; seed <= 5; seed++)
			run_seed(seed, chaos, &faults);
		ck_assert_msg(results[0] > 40, "case %zu: %u passed", i, results[0]);
		ck_assert_msg(results[-cases[i].result] > 5, "case %zu: %u failed", i,
			results[-cases[i].result]);
		ck_assert_uint_eq(results[0] + results[-cases[i].result], 100);
	}
}
END_TEST

/* ---- the disk ---- */

typedef int disk_call(struct job *job, struct dir *d, struct file *f);

static int does_open(struct job *job, struct dir *d, struct file *f)
{
	struct file *other;
	int r = file_open(job, d, "f", FILE_READ, &other);

	(void)f;
	if (r == 0)
		file_close(other);
	return r;
}

static int does_create(struct job *job, struct dir *d, struct file *f)
{
	struct file *other;
	int r = file_open(job, d, "new", FILE_WRITE | FILE_CREATE, &other);

	(void)f;
	if (r == 0)
		file_close(other);
	return r;
}

static int does_read(struct job *job, struct dir *d, struct file *f)
{
	char byte;
	size_t n;

	(void)d;
	return file_pread(job, f, &byte, 1, 0, &n);
}

static int does_write(struct job *job, struct dir *d, struct file *f)
{
	(void)d;
	return file_pwrite(job, f, S("w"), 0);
}

static int does_write_durable(struct job *job, struct dir *d, struct file *f)
{
	(void)d;
	return file_pwritev_durable(job, f, &(struct iovec){ (char[]){ "w" }, 1 }, 1, 0);
}

static int does_sync(struct job *job, struct dir *d, struct file *f)
{
	(void)d;
	return file_sync(job, f);
}

static int does_sync_dir(struct job *job, struct dir *d, struct file *f)
{
	(void)f;
	return dir_sync(job, d);
}

static int does_truncate(struct job *job, struct dir *d, struct file *f)
{
	(void)d;
	return file_truncate(job, f, 2);
}

static int does_rename(struct job *job, struct dir *d, struct file *f)
{
	(void)f;
	return dir_rename(job, d, "g", "h");
}

static int does_remove(struct job *job, struct dir *d, struct file *f)
{
	(void)f;
	return dir_remove(job, d, "g");
}

static int none(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static int does_list(struct job *job, struct dir *d, struct file *f)
{
	(void)f;
	return dir_list(job, d, none, NULL);
}

static int does_lock(struct job *job, struct dir *d, struct file *f)
{
	(void)d;
	return file_lock(job, f);
}

static int does_size(struct job *job, struct dir *d, struct file *f)
{
	uint64_t size;

	(void)d;
	return file_size(job, f, &size);
}

static int does_space(struct job *job, struct dir *d, struct file *f)
{
	uint64_t room, total;

	(void)f;
	return dir_space(job, d, &room, &total);
}

static int does_drop(struct job *job, struct dir *d, struct file *f)
{
	(void)d;
	file_drop_cache(job, f, 0, 0);
	return 0;
}

static const struct call {
	disk_call *fn;
	enum sim_disk_kind kind; /* SIM_DISK_KINDS: it is none that fails */
} calls[] = {
	{ does_open, SIM_DISK_OPEN },
	{ does_create, SIM_DISK_CREATE },
	{ does_read, SIM_DISK_READ },
	{ does_write, SIM_DISK_WRITE },
	{ does_write_durable, SIM_DISK_WRITE_DURABLE },
	{ does_write_durable, SIM_DISK_SYNC },
	{ does_sync, SIM_DISK_SYNC },
	{ does_sync_dir, SIM_DISK_SYNC_DIR },
	{ does_truncate, SIM_DISK_TRUNCATE },
	{ does_rename, SIM_DISK_RENAME },
	{ does_remove, SIM_DISK_REMOVE },
	{ does_list, SIM_DISK_LIST },
	{ does_lock, SIM_DISK_LOCK },
	{ does_size, SIM_DISK_KINDS },
	{ does_space, SIM_DISK_KINDS },
	{ does_drop, SIM_DISK_KINDS },
};
#define CALLS_N ((int)(sizeof(calls) / sizeof(calls[0])))

struct trial {
	const struct call *call;
	bool fails;
	uint64_t parks; /* returned: suspensions during the call */
	int result;
};

static int try_call(struct job *job, void *arg)
{
	struct trial *t = arg;
	struct file *f;
	struct dir *d;

	if (dir_open(job, "d", true, &d) < 0)
		return ERR_IO;
	int r = file_open(job, d, "f", FILE_READ | FILE_WRITE, &f);

	if (r == 0) {
		if (t->fails)
			sim_disk_fail(server, t->call->kind, 1, ERR_IO);
		t->parks = sim_parks(server);
		t->result = t->call->fn(job, d, f);
		t->parks = sim_parks(server) - t->parks;
		if (t->result == ERR_IO && t->call->kind != SIM_DISK_SYNC)
			ck_assert_int_eq(t->call->fn(job, d, f), 0); /* only once */
		file_close(f);
	}
	dir_close(d);
	return r;
}

static int one_call(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("disk", 1, 1);
	int r = pool_run(ctx, p, &(struct job_call){ .run = try_call, .arg = arg });

	pool_free(p);
	return r;
}

static int trial(struct ctx *ctx, void *arg)
{
	struct trial *t = arg;

	server = sim_host_new("server", "192.0.2.1");
	sim_disk_write(server, "d/f", S("content"));
	sim_disk_write(server, "d/g", S("another"));
	ck_assert_int_eq(sim_host_run(ctx, server, "one call", one_call, t), 0);
	ck_assert_uint_gt(t->parks, 0); /* others had their turn */
	ck_assert_int_eq(t->result, t->fails ? ERR_IO : 0);
	return 0;
}

START_TEST(each_call_is_a_scheduling_point)
{
	struct trial t = { .call = &calls[_i] };

	run_seed(1, trial, &t);
}
END_TEST

START_TEST(each_operation_can_fail)
{
	struct trial t = { .call = &calls[_i], .fails = true };

	if (t.call->kind != SIM_DISK_KINDS)
		run_seed(1, trial, &t);
}
END_TEST

/* Two writes to two files, neither synced: the second may outlive the first. */
static unsigned kept[4];

static int two_writes(struct job *job, void *arg)
{
	struct file *a, *b;
	struct dir *d;

	(void)arg;
	ck_assert_int_eq(dir_open(job, "d", false, &d), 0);
	ck_assert_int_eq(file_open(job, d, "a", FILE_WRITE, &a), 0);
	ck_assert_int_eq(file_open(job, d, "b", FILE_WRITE, &b), 0);
	ck_assert_int_eq(file_pwrite(job, a, S("1"), 0), 0);
	ck_assert_int_eq(file_pwrite(job, b, S("2"), 0), 0);
	file_close(a);
	file_close(b);
	dir_close(d);
	return 0;
}

static int writes_two(struct ctx *ctx, void *arg)
{
	struct pool *p = pool_new("disk", 1, 1);
	int r = pool_run(ctx, p, &(struct job_call){ .run = two_writes, .arg = arg });

	pool_free(p);
	return r;
}

static bool holds(const char *path, const char *text)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(sim_disk_read(server, path, &b), 0);
	bool same = slice_eq(buf_slice(&b), slice_str(text));

	buf_done(&b);
	return same;
}

static int reorders(struct ctx *ctx, void *arg)
{
	(void)arg;
	server = sim_host_new("server", "192.0.2.1");
	sim_disk_write(server, "d/a", S("0"));
	sim_disk_write(server, "d/b", S("0"));
	sim_disk_set_loss(server, SIM_LOSE_SOME);
	ck_assert_int_eq(sim_host_run(ctx, server, "writes", writes_two, NULL), 0);
	sim_power_cut(server);
	kept[holds("d/a", "1") + 2 * holds("d/b", "2")]++;
	return 0;
}

START_TEST(a_cut_keeps_any_order)
{
	for (uint64_t seed = 1; seed <= 40; seed++)
		run_seed(seed, reorders, NULL);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_gt(kept[i], 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("faults");
	TCase *t = tcase_create("faults");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, each_direction_has_its_delay);
	tcase_add_test(t, either_direction_can_be_lost);
	tcase_add_test(t, a_connect_can_be_reset);
	tcase_add_test(t, chance_knows_every_fault);
	tcase_add_loop_test(t, each_call_is_a_scheduling_point, 0, CALLS_N);
	tcase_add_loop_test(t, each_operation_can_fail, 0, CALLS_N);
	tcase_add_test(t, a_cut_keeps_any_order);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
