/* SPDX-License-Identifier: MIT */
/* Links' counters by one request: as many links as need several answers, gone ones, mirrored ends.
 */
#include "net/traffic.h"

#include "net/link.h"
#include "tests/unit/netns.h"

#include <linux/rtnetlink.h>

static struct err e;

START_TEST(tells_both_ends_of_a_pair)
{
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct traffic links[3] = { { 0 } };
    int inside = netns_new();

    netns_sh(-1,
             "ip link set lo up; ip link add near type veth peer name far netns /proc/%d/fd/%d &&"
             " ip addr add 10.7.0.1/24 dev near && ip link set near up",
             (int)getpid(), inside);
    netns_sh(inside, "ip addr add 10.7.0.2/24 dev far && ip link set far up");
    netns_sh(-1, "busybox ping -c 3 -s 1000 -A -W 5 10.7.0.2");
    unit_ok(netlink_open(NETLINK_ROUTE, -1, &nl, &e), &e);
    links[0].index = link_index(&nl, "lo");
    links[1].index = link_index(&nl, "near");
    links[2] = (struct traffic){ .index = 1000, .rx = 5, .tx = 5 };
    ck_assert_int_gt(links[1].index, links[0].index);
    unit_ok(traffic_read(&nl, links, 3, &e), &e);
    ck_assert_uint_gt(links[1].rx, 3 * 1000);
    ck_assert_uint_gt(links[1].tx, 3 * 1000);
    ck_assert_uint_eq(links[2].rx + links[2].tx, 0);
    ck_assert_ptr_eq(traffic_of(links, 3, links[1].index), &links[1]);
    ck_assert_ptr_null(traffic_of(links, 3, 999));
    ck_assert_ptr_null(traffic_of(NULL, 0, 1));

    /* What the other end has sent this one has received. */
    unsigned long long sent = strtoull(netns_sh(inside, "cat /proc/net/dev | awk '$1 == \"far:\" "
                                                        "{ print $10 }'"),
                                       NULL, 10);
    ck_assert_uint_ge(sent, links[1].rx);
    unit_ok(traffic_read(&nl, links, 3, &e), &e);
    ck_assert_uint_ge(links[1].rx, sent);
}
END_TEST

START_TEST(sorts_and_drops_what_is_there_twice)
{
    struct traffic links[] = { { 7 }, { 3 }, { 7 }, { 5 }, { 3 } };

    ck_assert_uint_eq(traffic_sort(links, 0), 0);
    ck_assert_uint_eq(traffic_sort(links, 5), 3);
    ck_assert_int_eq(links[0].index, 3);
    ck_assert_int_eq(links[1].index, 5);
    ck_assert_int_eq(links[2].index, 7);
}
END_TEST

START_TEST(many_links_take_many_answers)
{
    enum { N = 300 };
    AUTO_NETLINK struct netlink nl = NETLINK_INIT;
    struct traffic links[N];

    netns_sh(-1,
             "ip link set lo up; for i in $(seq %d); do echo \"link add d$i type bridge\"; done |"
             " ip -batch -",
             N);
    netns_sh(-1, "busybox ping -c 1 -W 5 127.0.0.1");
    unit_ok(netlink_open(NETLINK_ROUTE, -1, &nl, &e), &e);
    for (int i = 0; i < N; i++) {
        char name[16];
        snprintf(name, sizeof(name), "d%d", i + 1);
        links[i] = (struct traffic){ .index = i ? link_index(&nl, name) : 1, .rx = 1, .tx = 1 };
    }
    unit_ok(traffic_read(&nl, links, N, &e), &e);
    ck_assert_uint_gt(links[0].rx, 0);
    for (int i = 1; i < N; i++)
        ck_assert_uint_eq(links[i].rx + links[i].tx, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("traffic");

    tcase_add_checked_fixture(t, netns_host, unit_dir_remove);
    tcase_add_test(t, tells_both_ends_of_a_pair);
    tcase_add_test(t, sorts_and_drops_what_is_there_twice);
    tcase_add_test(t, many_links_take_many_answers);
    return unit_run(t);
}
