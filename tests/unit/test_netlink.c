/* SPDX-License-Identifier: MIT */
/* Batches: order, labels, what the kernel says about failures, limits. */
#include "base/netlink.h"
#include "net/addr.h"
#include "net/link.h"
#include "tests/unit/netns.h"

#include <linux/rtnetlink.h>

static struct err e;
static struct netlink nl;
static struct netlink_batch b;

static void start(void)
{
    netns_host();
    unit_ok(netlink_open(NETLINK_ROUTE, -1, &nl, &e), &e);
    netlink_start(&b, &nl);
}

static void finish(void)
{
    netlink_close(&nl);
    unit_dir_remove();
}

static struct ip_net net_of(const char *s)
{
    struct ip_net n;

    unit_ok(ip_parse_net(s, &n, &e), &e);
    return n;
}

START_TEST(first_failure_is_told_and_the_rest_is_done)
{
    struct ip_net good = net_of("127.0.0.7/8");
    struct ip_net bad = net_of("10.1.2.3/24");

    addr_add(&b, 77, &bad); /* no such link */
    addr_add(&b, 1, &good);
    unit_fails(netlink_run(&b, NULL, NULL, &e), ERR_SYS, &e);
    ck_assert_int_eq(b.failed, ENODEV);
    ck_assert_int_eq(e.errnum, ENODEV);
    ck_assert_msg(strstr(e.msg, "add address 10.1.2.3/24: No such device"), "%s", e.msg);
    ck_assert_ptr_nonnull(strstr(netns_sh(-1, "ip -o addr"), "127.0.0.7/8"));
}
END_TEST

START_TEST(tolerated_errors)
{
    struct ip_net a = net_of("127.0.0.7/8");

    addr_add(&b, 1, &a);
    addr_add(&b, 1, &a); /* EEXIST is fine */
    unit_ok(netlink_run(&b, NULL, NULL, &e), &e);
    unit_ok(link_del(&nl, "nothing", &e), &e);
}
END_TEST

START_TEST(the_kernels_own_words)
{
    struct ip_addr far;

    unit_ok(ip_parse("10.9.9.9", &far, &e), &e);
    link_put_up(&b, 1, "lo");
    addr_add_default(&b, 1, &far);
    unit_fails(netlink_run(&b, NULL, NULL, &e), ERR_SYS, &e);
    ck_assert_msg(strstr(e.msg, "Nexthop has invalid gateway"), "%s", e.msg);
}
END_TEST

START_TEST(too_much)
{
    for (int i = 0; i < NETLINK_STEPS_MAX + 1; i++)
        link_put_up(&b, 1, "lo");
    unit_fails(netlink_run(&b, NULL, NULL, &e), ERR_LIMIT, &e);
    netlink_start(&b, &nl);
    for (int i = 0; i < NETLINK_STEPS_MAX; i++)
        link_put_up(&b, 1, "lo");
    unit_ok(netlink_run(&b, NULL, NULL, &e), &e);
}
END_TEST

START_TEST(sockets_of_other_namespaces)
{
    AUTO_NETLINK struct netlink there = NETLINK_INIT;
    int ns = netns_new();
    struct link_info info;

    netns_sh(ns, "ip link add x0 type veth peer name x1");
    unit_ok(netlink_open(NETLINK_ROUTE, ns, &there, &e), &e);
    unit_ok(link_get(&there, "x0", &info, &e), &e);
    ck_assert_str_eq(info.kind, "veth");
    ck_assert_int_eq(link_index(&there, "x0"), info.index);
    unit_fails(link_get(&nl, "x0", &info, &e), ERR_NOT_FOUND, &e);
    ck_assert_int_eq(link_index(&nl, "x0"), -1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("netlink");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, first_failure_is_told_and_the_rest_is_done);
    tcase_add_test(t, tolerated_errors);
    tcase_add_test(t, the_kernels_own_words);
    tcase_add_test(t, too_much);
    tcase_add_test(t, sockets_of_other_namespaces);
    return unit_run(t);
}
