/* SPDX-License-Identifier: MIT */
/* The host's routes, from all tables; the MTU of the way out. */
#include "net/link.h"
#include "net/route.h"
#include "tests/unit/netns.h"

static struct err e;
static struct netlink nl;

static void start(void)
{
    netns_host();
    netns_sh(-1, "ip link set lo up; ip link add a0 mtu 1400 type veth peer name a1; "
                 "ip link add b0 mtu 1300 type veth peer name b1; "
                 "for l in a0 a1 b0 b1; do ip link set $l up; done; "
                 "ip addr add 198.51.100.1/24 dev a0; ip addr add 203.0.113.1/24 dev b0");
    unit_ok(netlink_open(NETLINK_ROUTE, -1, &nl, &e), &e);
}

static void finish(void)
{
    netlink_close(&nl);
    unit_dir_remove();
}

static struct route_list dump(void)
{
    struct route_list l;

    unit_ok(route_dump(&nl, AF_INET, &l, &e), &e);
    return l;
}

static const char *conflict(const struct route_list *l, const char *subnet, int skip)
{
    static char text[96];
    struct ip_net n;

    unit_ok(ip_parse_net(subnet, &n, &e), &e);
    const struct route *r = route_conflict(l, &n, skip);
    return r ? route_text(r, text, sizeof(text)) : "";
}

START_TEST(conflicts)
{
    netns_sh(-1, "ip route add 10.1.0.0/16 via 198.51.100.2 table 99; "
                 "ip route add blackhole 10.2.0.0/16; ip route add default via 198.51.100.2");
    CLEANUP(route_list) struct route_list l = dump();
    ck_assert_str_eq(conflict(&l, "10.1.4.0/24", -1), "10.1.0.0/16 dev a0");
    ck_assert_str_eq(conflict(&l, "10.0.0.0/8", -1), "10.1.0.0/16 dev a0");
    ck_assert_str_eq(conflict(&l, "10.2.3.0/24", -1), "10.2.0.0/16");
    ck_assert_str_eq(conflict(&l, "10.3.0.0/16", -1), "");
    ck_assert_str_eq(conflict(&l, "127.0.0.0/8", -1), "");
    ck_assert_str_eq(conflict(&l, "203.0.113.128/25", -1), "203.0.113.0/24 dev b0");
    ck_assert_str_eq(conflict(&l, "203.0.113.128/25", link_index(&nl, "b0")), "");
}
END_TEST

START_TEST(mtu)
{
    CLEANUP(route_list) struct route_list none = dump();
    ck_assert_uint_eq(route_default_mtu(&nl, &none), 1500);
    netns_sh(-1, "ip route add default via 198.51.100.2 metric 200; "
                 "ip route add default via 203.0.113.2 metric 100; "
                 "ip route add default via 198.51.100.2 metric 1 table 99");
    CLEANUP(route_list) struct route_list both = dump();
    ck_assert_uint_eq(route_default_mtu(&nl, &both), 1300);
}
END_TEST

START_TEST(many)
{
    netns_sh(-1, "for i in $(seq 0 255); do for j in 0 64 128 192; do "
                 "echo route add 10.7.$i.$j/26 dev a0; done; done | ip -batch -");
    CLEANUP(route_list) struct route_list l = dump();
    ck_assert_uint_gt(l.n, 1024);
    ck_assert_str_eq(conflict(&l, "10.7.255.192/28", -1), "10.7.255.192/26 dev a0");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("route");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, conflicts);
    tcase_add_test(t, mtu);
    tcase_add_test(t, many);
    return unit_run(t);
}
