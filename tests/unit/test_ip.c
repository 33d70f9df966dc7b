/* SPDX-License-Identifier: MIT */
/* Addresses, prefixes, MAC addresses. */
#include "base/mem.h"
#include "net/ip.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/socket.h>

static struct err e;

static struct ip_net net_of(const char *s)
{
    struct ip_net n;

    unit_ok(ip_parse_net(s, &n, &e), &e);
    return n;
}

static struct ip_addr addr_of(const char *s)
{
    struct ip_addr a;

    unit_ok(ip_parse(s, &a, &e), &e);
    return a;
}

START_TEST(round_trip)
{
    static const char *const good[] = { "10.1.2.3/0", "10.1.2.3/24", "255.255.255.255/32",
                                        "fd00::1/64", "::/0",        "fe80::1/128" };
    char text[IP_TEXT_MAX];

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct ip_net n = net_of(good[i]);
        ck_assert_str_eq(ip_net_text(&n, text), good[i]);
    }
    struct ip_addr none = { 0 };
    ck_assert_str_eq(ip_text(&none, text), "");
}
END_TEST

START_TEST(bad_texts)
{
    static const char *const bad[] = {
        "",           "10.1.2.3",     "10.1.2/24",  "10.1.2.3/33", "10.1.2.3/",      "/24",
        "fd00::/129", "10.1.2.3/24 ", "10.1.2.3/a", "10.1.2.3/-1", "fe80::1%eth0/64"
    };
    struct ip_net n;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        unit_fails(ip_parse_net(bad[i], &n, &e), ERR_INVALID, &e);
        ck_assert_msg(strstr(e.msg, "invalid CIDR address"), "%s", e.msg);
    }
    struct ip_addr a;
    unit_fails(ip_parse("10.1.2.256", &a, &e), ERR_INVALID, &e);
    unit_fails(ip_parse("host", &a, &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(masks)
{
    static const char *const rows[][2] = { { "10.1.2.3/24", "10.1.2.0/24" },
                                           { "10.1.255.3/20", "10.1.240.0/20" },
                                           { "10.1.2.3/0", "0.0.0.0/0" },
                                           { "10.1.2.3/32", "10.1.2.3/32" },
                                           { "fd12:3456::1/20", "fd12:3000::/20" } };
    char text[IP_TEXT_MAX];

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ip_net n = net_of(rows[i][0]);
        n = ip_mask(&n);
        ck_assert_str_eq(ip_net_text(&n, text), rows[i][1]);
    }
    struct ip_net n = net_of("10.1.16.0/20");
    struct ip_addr last = ip_broadcast(&n);
    ck_assert_str_eq(ip_text(&last, text), "10.1.31.255");
}
END_TEST

START_TEST(overlaps)
{
    static const struct {
        const char *a, *b;
        bool overlap;
    } rows[] = {
        { "10.0.0.0/8", "10.1.2.0/24", true },    { "10.1.2.0/24", "10.0.0.0/8", true },
        { "10.1.0.0/20", "10.1.16.0/20", false }, { "10.1.0.0/20", "10.1.15.255/32", true },
        { "0.0.0.0/0", "1.2.3.4/32", true },      { "0.0.0.0/0", "::/0", false },
        { "fd00::/9", "fd80::/9", false },        { "fd00::/9", "fd7f::/16", true }
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ip_net a = net_of(rows[i].a);
        struct ip_net b = net_of(rows[i].b);
        ck_assert_msg(ip_overlap(&a, &b) == rows[i].overlap, "%s %s", rows[i].a, rows[i].b);
        ck_assert_msg(ip_overlap(&b, &a) == rows[i].overlap, "%s %s", rows[i].b, rows[i].a);
    }
    struct ip_net n = net_of("10.1.2.0/24");
    struct ip_addr in = addr_of("10.1.2.255");
    struct ip_addr out = addr_of("10.1.3.0");
    ck_assert(ip_contains(&n, &in));
    ck_assert(!ip_contains(&n, &out));
}
END_TEST

START_TEST(numbers)
{
    struct ip_addr a = addr_of("10.1.2.3");

    ck_assert_uint_eq(ip_to_u32(&a), 0x0a010203);
    struct ip_addr b = ip_from_u32(0x0a010203);
    ck_assert(ip_eq(&a, &b));
    b = ip_from_u32(0x0a010204);
    ck_assert(!ip_eq(&a, &b));
}
END_TEST

START_TEST(mac_addresses)
{
    static const char *const bad[] = { "",
                                       "02:42:0a:01:02",
                                       "02:42:0a:01:02:0",
                                       "02:42:0a:01:02:0g",
                                       "02.42.0a.01.02.03",
                                       "01:00:5e:00:00:01",
                                       "00:00:00:00:00:00",
                                       "02:42:0a:01:02:03:04" };
    uint8_t mac[6];
    char text[IP_MAC_TEXT_MAX];

    unit_ok(ip_parse_mac("02:42:0A:01:02:f3", mac, &e), &e);
    ck_assert_str_eq(ip_mac_text(mac, text), "02:42:0a:01:02:f3");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        unit_fails(ip_parse_mac(bad[i], mac, &e), ERR_INVALID, &e);
    struct ip_addr a = addr_of("10.1.2.3");
    ip_mac_of(&a, mac);
    ck_assert_str_eq(ip_mac_text(mac, text), "02:42:0a:01:02:03");
}
END_TEST

START_TEST(hashes)
{
    ck_assert(ip_hash(IP_HASH_INIT, "a") != ip_hash(IP_HASH_INIT, "b"));
    /* The terminating zero counts: chained strings cannot trade letters. */
    ck_assert(ip_hash(ip_hash(IP_HASH_INIT, "ab"), "c") !=
              ip_hash(ip_hash(IP_HASH_INIT, "a"), "bc"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("ip");

    tcase_add_test(t, round_trip);
    tcase_add_test(t, bad_texts);
    tcase_add_test(t, masks);
    tcase_add_test(t, overlaps);
    tcase_add_test(t, numbers);
    tcase_add_test(t, mac_addresses);
    tcase_add_test(t, hashes);
    return unit_run(t);
}
