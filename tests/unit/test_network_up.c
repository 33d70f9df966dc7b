/* SPDX-License-Identifier: MIT */
/* Bridges come up once, are mended when somebody broke them, and never take what is not ours. */
#include "net/link.h"
#include "net/network.h"
#include "net/nft.h"
#include "tests/unit/netns.h"

static struct err e;
static struct network net;

static void start(void)
{
    netns_host();
    struct network_want want = { .name = "app", .subnet = "10.9.8.0/24" };
    unit_ok(network_create(&netns_place, &want, &net, &e), &e);
}

static void finish(void)
{
    network_free(&net);
    unit_dir_remove();
}

static struct network_link up(void)
{
    struct network_link link = { 0 };

    unit_ok(network_up(&netns_place, &net, &link, &e), &e);
    return link;
}

START_TEST(the_bridge)
{
    struct network_link link = up();
    char want[64];

    const char *out = netns_sh(-1, "ip -d -j addr show dev %s", net.bridge);
    ck_assert_ptr_nonnull(strstr(out, "\"info_kind\":\"bridge\""));
    ck_assert_ptr_nonnull(strstr(out, "\"local\":\"10.9.8.1\",\"prefixlen\":24"));
    ck_assert_ptr_nonnull(strstr(out, "\"stp_state\":0"));
    ck_assert_ptr_nonnull(strstr(out, "hako network app 10.9.8.0/24 in "));
    snprintf(want, sizeof(want), "\"ifindex\":%d,", link.index);
    ck_assert_ptr_nonnull(strstr(out, want));
    ck_assert_uint_eq(link.mtu, 1500);
    ck_assert_str_eq(netns_sh(-1, "cat /proc/sys/net/ipv4/ip_forward"), "1\n");
}
END_TEST

START_TEST(twice_changes_nothing)
{
    char rules[16384];
    char links[16384];

    struct network_link first = up();
    snprintf(rules, sizeof(rules), "%s", netns_sh(-1, "nft -a list ruleset"));
    snprintf(links, sizeof(links), "%s", netns_sh(-1, "ip -o addr"));
    struct network_link second = up();
    ck_assert_int_eq(first.index, second.index);
    ck_assert_str_eq(netns_sh(-1, "nft -a list ruleset"), rules);
    ck_assert_str_eq(netns_sh(-1, "ip -o addr"), links);
}
END_TEST

START_TEST(what_others_broke_is_mended)
{
    static const char *const damage[] = { "nft flush ruleset", "nft flush table inet %s",
                                          "nft delete element inet %s inside '{ \"%s\" . \"%s\" }'",
                                          "nft flush chain inet %s postrouting" };
    char rules[16384];
    char table[NFT_TABLE_TEXT_MAX];
    char cmd[256];

    nft_table_name(netns_place.runroot, table);
    struct network_link first = up();
    snprintf(rules, sizeof(rules), "%s", netns_sh(-1, "nft list ruleset"));
    for (size_t i = 0; i < ARRAY_LEN(damage); i++) {
        snprintf(cmd, sizeof(cmd), damage[i], table, net.bridge, net.bridge);
        netns_sh(-1, "%s", cmd);
        ck_assert_str_ne(netns_sh(-1, "nft list ruleset"), rules);
        up();
        ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), rules);
    }
    netns_sh(-1, "ip link set %s down; ip addr flush dev %s", net.bridge, net.bridge);
    struct network_link second = up();
    ck_assert_int_eq(first.index, second.index); /* not made anew: containers hang on it */
    const char *out = netns_sh(-1, "ip -o addr show dev %s up", net.bridge);
    ck_assert_msg(strstr(out, "10.9.8.1/24"), "%s", out);
}
END_TEST

START_TEST(leftovers_are_replaced)
{
    /* Creation was killed between its two messages. */
    netns_sh(-1, "ip link add %s type bridge", net.bridge);
    up();
    ck_assert_ptr_nonnull(strstr(netns_sh(-1, "ip -o addr"), "10.9.8.1/24"));

    /* An earlier network of the name had another subnet. */
    struct network_link link;
    unit_ok(network_remove(&netns_place, "app", &e), &e);
    netns_sh(-1,
             "ip link add %s type bridge; "
             "ip link set %s up alias 'hako network app 10.7.7.0/24 in %s'",
             net.bridge, net.bridge, netns_place.runroot);
    unit_ok(network_up(&netns_place, &net, &link, &e), &e);
    const char *out = netns_sh(-1, "ip -o addr show dev %s", net.bridge);
    ck_assert_msg(strstr(out, "10.9.8.1/24") && !strstr(out, "10.7.7"), "%s", out);
}
END_TEST

START_TEST(foreign_links_are_refused)
{
    struct network_link link;

    netns_sh(-1, "ip link add %s type veth peer name x", net.bridge);
    unit_fails(network_up(&netns_place, &net, &link, &e), ERR_EXISTS, &e);
    ck_assert_msg(strstr(e.msg, net.bridge) && strstr(e.msg, "veth"), "%s", e.msg);
    ck_assert_ptr_nonnull(strstr(e.hint, "ip link delete"));
    unit_ok(network_down(&netns_place, &net, &e), &e);
    netns_sh(-1, "ip link show dev %s", net.bridge);
    netns_sh(-1, "ip link del %s; ip link add %s up type bridge", net.bridge, net.bridge);
    unit_fails(network_up(&netns_place, &net, &link, &e), ERR_EXISTS, &e);
    ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), "");
}
END_TEST

START_TEST(mtu_of_the_way_out)
{
    netns_sh(-1,
             "ip link add up0 mtu 1420 type veth peer name up1; ip addr add 198.51.100.1/24 dev "
             "up0; ip link set up0 up; ip link set up1 up; "
             "ip route add default via 198.51.100.2");
    ck_assert_uint_eq(up().mtu, 1420);

    char *options[] = { (char[]){ "mtu=1300" }, NULL };
    struct network_want want = { .name = "small", .options = options };
    CLEANUP(network) struct network small = { 0 };
    struct network_link link;
    unit_ok(network_create(&netns_place, &want, &small, &e), &e);
    unit_ok(network_up(&netns_place, &small, &link, &e), &e);
    ck_assert_uint_eq(link.mtu, 1300);
}
END_TEST

START_TEST(internal_ones_do_not_forward)
{
    struct network_want want = { .name = "safe", .internal = true };
    CLEANUP(network) struct network safe = { 0 };
    struct network_link link;

    netns_sh(-1, "echo 0 >/proc/sys/net/ipv4/ip_forward"); /* the machine's own may be on */
    unit_ok(network_create(&netns_place, &want, &safe, &e), &e);
    unit_ok(network_up(&netns_place, &safe, &link, &e), &e);
    ck_assert_str_eq(netns_sh(-1, "cat /proc/sys/net/ipv4/ip_forward"), "0\n");
}
END_TEST

START_TEST(down_keeps_the_document)
{
    up();
    unit_ok(network_down(&netns_place, &net, &e), &e);
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type bridge"), "");
    ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), "");
    unit_ok(network_down(&netns_place, &net, &e), &e);
    ck_assert(network_exists(&netns_place, "app"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("network_up");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, start, finish);
    tcase_add_test(t, the_bridge);
    tcase_add_test(t, twice_changes_nothing);
    tcase_add_test(t, what_others_broke_is_mended);
    tcase_add_test(t, leftovers_are_replaced);
    tcase_add_test(t, foreign_links_are_refused);
    tcase_add_test(t, mtu_of_the_way_out);
    tcase_add_test(t, internal_ones_do_not_forward);
    tcase_add_test(t, down_keeps_the_document);
    return unit_run(t);
}
