/* SPDX-License-Identifier: MIT */
/* Choosing and checking subnets against routes and other networks. */
#include "base/log.h"
#include "base/mem.h"
#include "net/subnet.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct err e;
static char warned[256];

static struct ip_net net_of(const char *s)
{
    struct ip_net n;

    unit_ok(ip_parse_net(s, &n, &e), &e);
    return n;
}

static void keep_warning(enum log_level level, const char *line)
{
    if (level == LOG_LVL_WARN)
        snprintf(warned, sizeof(warned), "%s", line);
}

static struct route route_of(const char *s)
{
    return (struct route){ .dst = net_of(s), .oif = 1, .table = 254 };
}

START_TEST(same_name_same_subnet)
{
    struct subnet_taken none = { 0 };
    struct ip_net a;
    struct ip_net b;
    struct ip_net pool = net_of("10.160.0.0/11");

    unit_ok(subnet_choose(&none, "app", &a, &e), &e);
    unit_ok(subnet_choose(&none, "app", &b, &e), &e);
    ck_assert(ip_eq(&a.addr, &b.addr));
    ck_assert_int_eq(a.bits, 20);
    ck_assert(ip_overlap(&pool, &a));
    struct ip_net masked = ip_mask(&a);
    ck_assert(ip_eq(&a.addr, &masked.addr));
    unit_ok(subnet_choose(&none, "web", &b, &e), &e);
    ck_assert(!ip_eq(&a.addr, &b.addr));
}
END_TEST

/* Networks are made until all pools are full: none overlaps another, a route, or docker's. */
START_TEST(never_overlaps)
{
    struct route routes[] = { route_of("0.0.0.0/0"),        route_of("10.176.0.0/12"),
                              route_of("10.160.0.0/13"),    route_of("10.168.0.0/14"),
                              route_of("172.24.0.0/13"),    route_of("172.20.1.1/32"),
                              route_of("192.168.128.0/17"), route_of("192.168.0.0/18"),
                              route_of("192.168.70.0/25") };
    struct subnet_owner owners[300];
    struct subnet_taken t = { .routes = { routes, ARRAY_LEN(routes) }, .networks = owners };
    struct ip_net docker = net_of("172.17.0.0/16");
    char name[16];

    for (;;) {
        struct ip_net n;
        snprintf(name, sizeof(name), "n%zu", t.n_networks);
        int r = subnet_choose(&t, name, &n, &e);
        if (r == -ERR_LIMIT)
            break;
        unit_ok(r, &e);
        for (size_t i = 1; i < ARRAY_LEN(routes); i++)
            ck_assert(!ip_overlap(&routes[i].dst, &n));
        for (size_t i = 0; i < t.n_networks; i++)
            ck_assert(!ip_overlap(&owners[i].net, &n));
        ck_assert(!ip_overlap(&docker, &n));
        owners[t.n_networks++].net = n;
    }
    /* 10.172/14 by /20; 172.16/13 less docker's /16 and one; 192.168.64/18 by /24 less one. */
    ck_assert_uint_eq(t.n_networks, 64 + (128 - 16 - 1) + (64 - 1));
}
END_TEST

START_TEST(a_wide_vpn_moves_the_choice)
{
    struct route vpn = route_of("10.0.0.0/8");
    struct subnet_taken t = { .routes = { &vpn, 1 } };
    struct ip_net pool = net_of("172.16.0.0/12");
    struct ip_net n;

    unit_ok(subnet_choose(&t, "app", &n, &e), &e);
    ck_assert(ip_overlap(&pool, &n));
    t.skip_oif = 1; /* the network's own leftover link */
    unit_ok(subnet_choose(&t, "app", &n, &e), &e);
    ck_assert(!ip_overlap(&pool, &n));
}
END_TEST

START_TEST(asked_for)
{
    struct route routes[] = { route_of("0.0.0.0/0"), route_of("10.0.0.0/8"),
                              route_of("10.5.6.0/24") };
    char name[] = "app";
    struct subnet_owner owner = { .name = name, .net = net_of("10.9.0.0/16") };
    struct subnet_taken t = { .routes = { routes, 3 }, .networks = &owner, .n_networks = 1 };
    struct ip_net n = net_of("10.9.8.0/24");

    unit_fails(subnet_check(&t, &n, &e), ERR_INVALID, &e);
    ck_assert_msg(strstr(e.msg, "Pool overlaps with other one on this address space") &&
                      strstr(e.msg, "network app (10.9.0.0/16)"),
                  "%s", e.msg);
    n = net_of("10.5.0.0/16");
    unit_fails(subnet_check(&t, &n, &e), ERR_INVALID, &e);
    ck_assert_msg(strstr(e.msg, "route 10.5.6.0/24"), "%s", e.msg);
    ck_assert_str_ne(e.hint, "");

    log_set(keep_warning, LOG_LVL_WARN);
    n = net_of("192.168.7.0/24");
    unit_ok(subnet_check(&t, &n, &e), &e);
    ck_assert_str_eq(warned, "");
    n = net_of("10.7.0.0/16");
    unit_ok(subnet_check(&t, &n, &e), &e);
    ck_assert_msg(strstr(warned, "10.0.0.0/8"), "%s", warned);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("subnet");

    tcase_add_test(t, same_name_same_subnet);
    tcase_add_test(t, never_overlaps);
    tcase_add_test(t, a_wide_vpn_moves_the_choice);
    tcase_add_test(t, asked_for);
    return unit_run(t);
}
