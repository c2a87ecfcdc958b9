/* Who may have how much of the room for messages that are gathered, and when it is free again. */
#include "server/gathering.h"

#include "check_main.h"

#define ROOM   ((uint64_t)3200) /* 800 for all, 100 for one */
#define OTHERS 20

static struct gathering all;
static struct gathered one[OTHERS];

static struct ip ip(const char *text)
{
	struct ip ret;

	ck_assert(ip_parse(slice_str(text), &ret));
	return ret;
}

static bool begin(const char *client, uint64_t size, struct gathered *ret)
{
	struct ip a = ip(client);

	*ret = (struct gathered){ 0 };
	return gathering_begin(&all, &a, ROOM, size, ret);
}

static void set_up(void)
{
	gathering_init(&all, (struct hash_key){ 1, 2 });
}

static void tear_down(void)
{
	for (size_t i = 0; i < OTHERS; i++)
		gathering_end(&one[i]);
	ck_assert_uint_eq(all.bytes, 0);
	ck_assert_uint_eq(all.files, 0);
	ck_assert_uint_eq(all.shares.live, 0);
	gathering_done(&all);
}

START_TEST(one_client_has_a_share)
{
	ck_assert(begin("192.0.2.1", 0, &one[0]));
	ck_assert(gathering_add(&one[0], ROOM, 60));
	ck_assert(!begin("192.0.2.1", 41, &one[1]));
	ck_assert(begin("192.0.2.1", 40, &one[1]));
	ck_assert(gathering_add(&one[1], ROOM, 40));
	ck_assert(!gathering_add(&one[0], ROOM, 1));
	ck_assert(!begin("192.0.2.1", 0, &one[2]));
	ck_assert(begin("192.0.2.2", 0, &one[2])); /* his neighbour has his own */
	gathering_end(&one[0]);
	ck_assert(gathering_add(&one[1], ROOM, 60));
	ck_assert_uint_eq(all.bytes, 100);
}
END_TEST

START_TEST(a_network_of_ipv6_is_one_client)
{
	ck_assert(begin("2001:db8::1", 0, &one[0]));
	ck_assert(gathering_add(&one[0], ROOM, 100));
	ck_assert(!begin("2001:db8::2", 0, &one[1]));
	ck_assert(begin("2001:db8:0:1::2", 0, &one[1]));
}
END_TEST

START_TEST(all_have_a_part_of_the_room)
{
	const char *clients[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5",
		"192.0.2.6", "192.0.2.7", "192.0.2.8" };

	for (size_t i = 0; i < 8; i++) {
		ck_assert(begin(clients[i], 0, &one[i]));
		ck_assert(gathering_add(&one[i], ROOM, i == 7 ? 99 : 100));
	}
	ck_assert(!begin("192.0.2.9", 2, &one[8]));
	ck_assert(begin("192.0.2.9", 1, &one[8]));
	ck_assert(gathering_add(&one[8], ROOM, 1));
	ck_assert(!begin("192.0.2.10", 0, &one[9]));
	ck_assert(!gathering_add(&one[8], ROOM, 1));
	ck_assert(gathering_add(&one[8], 2 * ROOM, 1));
	ck_assert(!gathering_add(&one[8], 0, 1)); /* the room shrinks below what is there */
}
END_TEST

START_TEST(workers_share_the_room)
{
	all.workers = 4;
	ck_assert(begin("192.0.2.1", 25, &one[0]));
	ck_assert(gathering_add(&one[0], ROOM, 25));
	ck_assert(!gathering_add(&one[0], ROOM, 1));
}
END_TEST

START_TEST(files_are_counted)
{
	all.files_max = 16; /* two of one client */
	for (size_t i = 0; i < 3; i++)
		ck_assert(begin("192.0.2.1", 0, &one[i]));
	ck_assert(gathering_file(&one[0]));
	ck_assert(gathering_file(&one[0]));
	ck_assert_uint_eq(all.files, 1);
	ck_assert(gathering_file(&one[1]));
	ck_assert(!begin("192.0.2.1", 0, &one[3]));
	ck_assert(!gathering_file(&one[2]));
	gathering_end(&one[2]);
	gathering_end(&one[1]);
	ck_assert(begin("192.0.2.1", 0, &one[1]));
	all.files_max = 1; /* the least is one of each */
	ck_assert(!begin("192.0.2.2", 0, &one[2]));
	gathering_end(&one[0]);
	ck_assert(begin("192.0.2.2", 0, &one[2]));
	ck_assert(gathering_file(&one[2]));
}
END_TEST

START_TEST(one_client_has_a_part_of_the_memory)
{
	ck_assert(begin("192.0.2.1", 0, &one[0]));
	ck_assert(begin("192.0.2.1", 0, &one[1]));
	ck_assert(gathering_memory(&one[0], 800, 60));
	ck_assert(!gathering_memory(&one[1], 800, 41));
	ck_assert(gathering_memory(&one[1], 800, 40));
	ck_assert(begin("192.0.2.2", 0, &one[2]));
	ck_assert(gathering_memory(&one[2], 800, 100));
	gathering_end(&one[0]);
	ck_assert(gathering_memory(&one[1], 800, 60));
}
END_TEST

START_TEST(others_have_room_where_one_has_none)
{
	ck_assert(gathering_has_room(&all, ROOM));
	ck_assert(begin("192.0.2.1", 0, &one[0]));
	ck_assert(gathering_add(&one[0], ROOM, 100));
	ck_assert(!begin("192.0.2.1", 0, &one[1]));
	ck_assert(gathering_has_room(&all, ROOM));
	ck_assert(!gathering_has_room(&all, 0));
	all.files_max = 1;
	ck_assert(gathering_file(&one[0]));
	ck_assert(!gathering_has_room(&all, ROOM));
}
END_TEST

START_TEST(refused_clients_are_avoided_for_a_while)
{
	struct ip a = ip("192.0.2.1"), b = ip("192.0.2.2");

	ck_assert(!gathering_avoids(&all, &a, 0));
	ck_assert(begin("192.0.2.1", 0, &one[0]));
	gathering_avoid(&one[0], 5);
	ck_assert(gathering_avoids(&all, &a, 4 + GATHERING_AVOIDED));
	ck_assert(!gathering_avoids(&all, &a, 5 + GATHERING_AVOIDED));
	ck_assert(!gathering_avoids(&all, &b, 5));
	ck_assert(begin("192.0.2.2", 0, &one[1]));
	for (int i = 0; i < GATHERING_REMEMBERED; i++)
		gathering_avoid(&one[1], 5);
	ck_assert(!gathering_avoids(&all, &a, 5));
	ck_assert(gathering_avoids(&all, &b, 5));
}
END_TEST

START_TEST(a_zeroed_message_is_not_counted)
{
	struct gathered none = { 0 };

	ck_assert(gathering_add(&none, 0, 1000));
	ck_assert(gathering_file(&none));
	gathering_avoid(&none, 1);
	gathering_end(&none);
	ck_assert(begin("192.0.2.1", 0, &one[0]));
	struct ip a = ip("192.0.2.1");

	ck_assert(gathering_begin(&all, &a, 0, 0, &one[0])); /* it has begun */
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("gathering");
	TCase *t = tcase_create("gathering");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, one_client_has_a_share);
	tcase_add_test(t, a_network_of_ipv6_is_one_client);
	tcase_add_test(t, all_have_a_part_of_the_room);
	tcase_add_test(t, workers_share_the_room);
	tcase_add_test(t, files_are_counted);
	tcase_add_test(t, one_client_has_a_part_of_the_memory);
	tcase_add_test(t, others_have_room_where_one_has_none);
	tcase_add_test(t, refused_clients_are_avoided_for_a_while);
	tcase_add_test(t, a_zeroed_message_is_not_counted);
	suite_add_tcase(s, t);
	return s;
}

CHECK_MAIN(suite)
