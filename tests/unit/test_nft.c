/* SPDX-License-Identifier: MIT */
/* The host's table as nft(8) reads it: idempotent, atomic, ours alone, gone with the last network.
 */
#include "base/mem.h"
#include "net/nft.h"
#include "tests/unit/netns.h"

static struct err e;

static const struct nft_network one = { "hako", "hk1", "one", false, true };
static const struct nft_network two = { "hako", "hk2", "two", true, true };
static const struct nft_network three = { "hako", "hk3", "three", false, false };

#define TABLE_HEAD                                                                                 \
    "table inet hako {\n"                                                                          \
    "\tcomment \"made by hako, changed at will: keep your own rules in a table of your own\"\n"
#define CHAINS                                                                                     \
    "\tchain forward {\n"                                                                          \
    "\t\ttype filter hook forward priority filter; policy accept;\n"                               \
    "\t\tiifname . oifname @inside accept comment \"inside one network\"\n"                        \
    "\t\tiifname @internal drop comment \"no way out of internal networks\"\n"                     \
    "\t\tiifname @networks tcp flags syn tcp option maxseg size set rt mtu comment \"segments "    \
    "fit the way out\"\n"                                                                          \
    "\t\toifname @networks tcp flags syn tcp option maxseg size set rt mtu comment \"segments "    \
    "fit the way in\"\n"                                                                           \
    "\t\toifname @networks ct state established,related accept comment \"answers to what a "       \
    "network began\"\n"                                                                            \
    "\t\toifname @networks drop comment \"no other network or host gets in\"\n"                    \
    "\t}\n\n"                                                                                      \
    "\tchain postrouting {\n"                                                                      \
    "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"                              \
    "\t\tiifname @masqueraded oifname != @networks masquerade comment \"out with our address\"\n"  \
    "\t}\n"                                                                                        \
    "}\n"

START_TEST(reads_well)
{
    unit_ok(nft_apply(&one, &e), &e);
    ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), TABLE_HEAD
                     "\tset networks {\n\t\ttype ifname\n\t\tcomment \"bridges of all networks\"\n"
                     "\t\telements = { \"hk1\" comment \"one\" }\n\t}\n\n"
                     "\tset inside {\n\t\ttype ifname . ifname\n"
                     "\t\tcomment \"from a bridge to itself\"\n"
                     "\t\telements = { \"hk1\" . \"hk1\" comment \"one\" }\n\t}\n\n"
                     "\tset internal {\n\t\ttype ifname\n"
                     "\t\tcomment \"bridges without a way out\"\n\t}\n\n"
                     "\tset masqueraded {\n\t\ttype ifname\n"
                     "\t\tcomment \"bridges whose packets leave with the host's address\"\n"
                     "\t\telements = { \"hk1\" comment \"one\" }\n\t}\n\n" CHAINS);
}
END_TEST

START_TEST(nft_can_read_its_own_list_back)
{
    unit_ok(nft_apply(&one, &e), &e);
    netns_sh(-1, "nft list ruleset > %s/rules && nft flush ruleset && nft -f %s/rules", unit_dir,
             unit_dir);
    ck_assert_int_eq(nft_check(&one, &e), 1);
}
END_TEST

START_TEST(networks_are_elements)
{
    unit_ok(nft_apply(&one, &e), &e);
    unit_ok(nft_apply(&two, &e), &e);
    unit_ok(nft_apply(&three, &e), &e);
    const char *out = netns_sh(-1, "nft -j list ruleset");
    ck_assert_msg(strstr(out, "\"name\": \"internal\""), "%s", out);
    out = netns_sh(-1, "nft list set inet hako internal");
    ck_assert_msg(strstr(out, "{ \"hk2\" comment \"two\" }"), "%s", out);
    out = netns_sh(-1, "nft list set inet hako masqueraded");
    ck_assert_msg(strstr(out, "{ \"hk1\" comment \"one\" }"), "%s", out);
    out = netns_sh(-1, "nft list set inet hako networks");
    ck_assert_msg(strstr(out, "hk1") && strstr(out, "hk2") && strstr(out, "hk3"), "%s", out);
    ck_assert_str_eq(netns_sh(-1, "nft list chain inet hako forward | grep -c comment"), "6\n");
}
END_TEST

START_TEST(again_and_again_is_the_same)
{
    char before[16384];

    unit_ok(nft_apply(&one, &e), &e);
    unit_ok(nft_apply(&two, &e), &e);
    snprintf(before, sizeof(before), "%s", netns_sh(-1, "nft list ruleset"));
    for (int i = 0; i < 3; i++) {
        unit_ok(nft_apply(&one, &e), &e);
        unit_ok(nft_apply(&two, &e), &e);
    }
    ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), before);
}
END_TEST

START_TEST(check_notices)
{
    ck_assert_int_eq(nft_check(&one, &e), 0);
    unit_ok(nft_apply(&one, &e), &e);
    ck_assert_int_eq(nft_check(&one, &e), 1);
    ck_assert_int_eq(nft_check(&two, &e), 0);
    netns_sh(-1, "nft add rule inet hako forward counter");
    ck_assert_int_eq(nft_check(&one, &e), 0);
    unit_ok(nft_apply(&one, &e), &e); /* rewrites the chain */
    ck_assert_int_eq(nft_check(&one, &e), 1);
    ck_assert_ptr_null(strstr(netns_sh(-1, "nft list ruleset"), "counter"));
}
END_TEST

START_TEST(gone_with_the_last)
{
    netns_sh(-1, "nft 'table inet mine { chain c { type filter hook forward priority 0; }; }'");
    unit_ok(nft_apply(&one, &e), &e);
    unit_ok(nft_apply(&two, &e), &e);
    unit_ok(nft_remove(&two, &e), &e);
    const char *out = netns_sh(-1, "nft list ruleset");
    ck_assert_msg(strstr(out, "hk1") && !strstr(out, "hk2"), "%s", out);
    ck_assert_int_eq(nft_check(&one, &e), 1);
    unit_ok(nft_remove(&two, &e), &e);
    ck_assert_int_eq(nft_check(&one, &e), 1);
    unit_ok(nft_remove(&one, &e), &e);
    ck_assert_str_eq(netns_sh(-1, "nft list tables"), "table inet mine\n");
    unit_ok(nft_remove(&one, &e), &e);
}
END_TEST

static struct nft_network parallel(int i, char bridge[16])
{
    snprintf(bridge, 16, "hkp%d", i);
    return (struct nft_network){ "hako", bridge, "n", i % 2, true };
}

START_TEST(in_parallel)
{
    char bridge[16];

    for (int i = 0; i < 30; i++) {
        if (fork() == 0) {
            struct nft_network n = parallel(i, bridge);
            _exit(nft_apply(&n, &e) < 0 || nft_check(&n, &e) < 0);
        }
    }
    for (int i = 0; i < 30; i++) {
        int status = -1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    for (int i = 0; i < 30; i++) {
        struct nft_network n = parallel(i, bridge);
        ck_assert_int_eq(nft_check(&n, &e), 1);
    }
    ck_assert_str_eq(netns_sh(-1, "nft list set inet hako networks | grep -o hkp | wc -l"), "30\n");
    ck_assert_str_eq(netns_sh(-1, "nft list chain inet hako forward | grep -c comment"), "6\n");
}
END_TEST

START_TEST(long_names)
{
    char name[300];
    struct nft_network n = { "hako", "hkx", name, false, true };

    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    unit_ok(nft_apply(&n, &e), &e);
    ck_assert_int_eq(nft_check(&n, &e), 1);
    ck_assert_ptr_nonnull(strstr(netns_sh(-1, "nft list ruleset"), "nnnnnnnn"));
}
END_TEST

START_TEST(table_names)
{
    char a[NFT_TABLE_TEXT_MAX];
    char b[NFT_TABLE_TEXT_MAX];

    ck_assert_str_eq(nft_table_name("/run/hako", a), "hako");
    ck_assert_str_ne(nft_table_name("/tmp/a", a), nft_table_name("/tmp/b", b));
    ck_assert_uint_eq(strlen(a), 13);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("nft");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, netns_host, unit_dir_remove);
    tcase_add_test(t, reads_well);
    tcase_add_test(t, nft_can_read_its_own_list_back);
    tcase_add_test(t, networks_are_elements);
    tcase_add_test(t, again_and_again_is_the_same);
    tcase_add_test(t, check_notices);
    tcase_add_test(t, gone_with_the_last);
    tcase_add_test(t, in_parallel);
    tcase_add_test(t, long_names);
    tcase_add_test(t, table_names);
    return unit_run(t);
}
