/* SPDX-License-Identifier: MIT */
/* Named networks as documents: made, found, listed, removed; races of creators and removers. */
#include "base/str.h"
#include "net/attach.h"
#include "net/network.h"
#include "tests/unit/netns.h"

#include <sys/stat.h>

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct err e;

static int create(const struct network_want *want)
{
    CLEANUP(network) struct network n = { 0 };

    return network_create(&netns_place, want, &n, &e);
}

START_TEST(names)
{
    static const char *const bad[] = { "", "-a", ".a", "_a", "a/b", "..", "a b", "a:b", "ä" };
    char name[NETWORK_NAME_MAX + 2];

    memset(name, 'a', sizeof(name));
    name[NETWORK_NAME_MAX] = '\0';
    unit_ok(network_check_name(name, &e), &e);
    unit_ok(network_check_name("9a_b.c-D", &e), &e);
    name[NETWORK_NAME_MAX] = 'a';
    name[NETWORK_NAME_MAX + 1] = '\0';
    unit_fails(network_check_name(name, &e), ERR_INVALID, &e);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        unit_fails(network_check_name(bad[i], &e), ERR_INVALID, &e);
}
END_TEST

START_TEST(everything_that_was_asked_for)
{
    char *options[] = { (char[]){ "mtu=1400" }, (char[]){ "com.docker.network.bridge.name=br-x" },
                        NULL };
    char *labels[] = { (char[]){ "a=b=c" }, (char[]){ "bare" }, NULL };
    struct network_want want = { .name = "app",
                                 .driver = "bridge",
                                 .subnet = "10.9.8.7/24",
                                 .gateway = "10.9.8.254",
                                 .ip_range = "10.9.8.128/25",
                                 .internal = true,
                                 .no_dns = true,
                                 .options = options,
                                 .labels = labels };
    CLEANUP(network) struct network n = { 0 };
    struct lease_pool pool;
    char text[IP_TEXT_MAX];

    unit_ok(create(&want), &e);
    unit_ok(network_read(&netns_place, "app", &n, &e), &e);
    ck_assert_str_eq(n.subnet, "10.9.8.0/24");
    ck_assert_str_eq(n.gateway, "10.9.8.254");
    ck_assert_str_eq(n.ip_range, "10.9.8.128/25");
    ck_assert_str_eq(n.bridge, "br-x");
    ck_assert_str_eq(n.driver, "bridge");
    ck_assert_int_eq(n.mtu, 1400);
    ck_assert(n.internal && n.no_dns);
    ck_assert_str_eq(json_map_get(&n.labels, "a"), "b=c");
    ck_assert_str_eq(json_map_get(&n.labels, "bare"), "");
    ck_assert_str_eq(json_map_get(&n.options, "mtu"), "1400");
    ck_assert_uint_eq(strlen(n.id), 64);
    ck_assert_int_gt(n.created, 0);
    unit_ok(network_pool(&n, &pool, &e), &e);
    ck_assert_str_eq(ip_net_text(&pool.range, text), "10.9.8.128/25");
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        struct network_want want;
        enum err_kind kind;
        const char *text;
    } rows[] = {
        { { .name = "a/b" }, ERR_INVALID, "invalid network name" },
        { { .name = "host" }, ERR_INVALID, "predefined" },
        { { .name = "bridge", .subnet = "10.9.0.0/24" }, ERR_INVALID, "predefined" },
        { { .name = "n", .driver = "overlay" }, ERR_UNSUPPORTED, "overlay" },
        { { .name = "n", .subnet = "10.9.0.0" }, ERR_INVALID, "--subnet" },
        { { .name = "n", .subnet = "10.9.0.0/30" }, ERR_INVALID, "prefix length" },
        { { .name = "n", .subnet = "fd00::/64" }, ERR_UNSUPPORTED, "IPv6" },
        { { .name = "n", .gateway = "10.9.0.1" }, ERR_USAGE, "--gateway needs --subnet" },
        { { .name = "n", .subnet = "10.9.0.0/24", .gateway = "10.9.1.1" },
          ERR_INVALID,
          "--gateway" },
        { { .name = "n", .subnet = "10.9.0.0/24", .gateway = "10.9.0.255" },
          ERR_INVALID,
          "--gateway" },
        { { .name = "n", .subnet = "10.9.0.0/24", .ip_range = "10.9.0.0/23" },
          ERR_INVALID,
          "--ip-range" },
        { { .name = "n", .subnet = "10.9.0.0/24", .ip_range = "10.8.0.0/25" },
          ERR_INVALID,
          "--ip-range" },
        { { .name = "n", .subnet = "198.51.100.0/24" }, ERR_INVALID, "198.51.100.0/24 dev up0" },
        { { .name = "n", .subnet = "198.51.0.0/16" }, ERR_INVALID, "route 198.51.100.0/24" },
        { { .name = "n", .subnet = "203.0.113.0/24" }, ERR_INVALID, "203.0.113.0/25" },
    };
    AUTO_STRV char **left = NULL;

    netns_sh(-1, "ip link add up0 type veth peer name up1; ip addr add 198.51.100.1/24 dev up0; "
                 "ip link set up0 up; ip link set up1 up; "
                 "ip route add 203.0.113.0/25 via 198.51.100.2 table 77");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unit_fails(create(&rows[i].want), rows[i].kind, &e);
        ck_assert_msg(strstr(e.msg, rows[i].text), "%s", e.msg);
    }
    unit_ok(network_names(&netns_place, &left, &e), &e);
    ck_assert_uint_eq(strv_len(left), 0);
}
END_TEST

START_TEST(bad_options)
{
    static const char *const bad[] = { "mtu=big",
                                       "mtu=1",
                                       "bridge=a/b",
                                       "bridge=",
                                       "bridge=sixteen-letters-",
                                       "com.docker.network.bridge.enable_ip_masquerade=perhaps" };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char *options[] = { (char *)(uintptr_t)bad[i], NULL };
        struct network_want want = { .name = "n", .options = options };
        unit_fails(create(&want), ERR_INVALID, &e);
    }
}
END_TEST

START_TEST(taken_names_subnets_and_bridges)
{
    char *options[] = { (char[]){ "bridge=br-x" }, NULL };
    struct network_want want = { .name = "app", .subnet = "10.9.8.0/24", .options = options };

    unit_ok(create(&want), &e);
    unit_fails(create(&want), ERR_EXISTS, &e);
    ck_assert_msg(strstr(e.msg, "network with name app already exists"), "%s", e.msg);
    want.name = "other";
    unit_fails(create(&want), ERR_EXISTS, &e);
    ck_assert_msg(strstr(e.msg, "br-x is network app's"), "%s", e.msg);
    want.options = NULL;
    unit_fails(create(&want), ERR_INVALID, &e);
    ck_assert_msg(strstr(e.msg, "Pool overlaps with other one on this address space"), "%s", e.msg);
}
END_TEST

START_TEST(found_by_name_id_and_prefix)
{
    struct network_want want = { .name = "app" };
    CLEANUP(network) struct network n = { 0 };
    CLEANUP(network) struct network again = { 0 };
    char bridge[IFNAMSIZ];

    unit_ok(network_create(&netns_place, &want, &n, &e), &e);
    ck_assert_str_eq(n.bridge, network_bridge_name(&netns_place, "app", bridge));
    ck_assert_uint_eq(strlen(n.bridge), 14);
    unit_ok(network_read(&netns_place, n.id, &again, &e), &e);
    ck_assert_str_eq(again.name, "app");
    network_free(&again);
    n.id[12] = '\0';
    unit_ok(network_read(&netns_place, n.id, &again, &e), &e);
    ck_assert_str_eq(again.name, "app");
    network_free(&again);
    unit_fails(network_read(&netns_place, "nope", &again, &e), ERR_NOT_FOUND, &e);
    ck_assert_str_eq(e.msg, "network nope not found");
    ck_assert_ptr_nonnull(strstr(e.hint, "network create nope"));
    unit_fails(network_read(&netns_place, "../app", &again, &e), ERR_NOT_FOUND, &e);
    unit_fails(network_read(&netns_place, "", &again, &e), ERR_NOT_FOUND, &e);

    struct net_place elsewhere = { .runroot = "/other" };
    ck_assert_str_ne(n.bridge, network_bridge_name(&elsewhere, "app", bridge));
}
END_TEST

START_TEST(predefined_are_always_there)
{
    struct network *v = NULL;
    size_t n = 0;
    CLEANUP(network) struct network host = { 0 };

    unit_ok(create(&(struct network_want){ .name = "app" }), &e);
    int fd = openat(netns_place.root_fd, "networks/broken.json", O_CREAT | O_WRONLY, 0600);
    ck_assert_int_eq(write(fd, "{", 1), 1);
    close(fd);
    unit_ok(network_list(&netns_place, &v, &n, &e), &e);
    ck_assert_uint_eq(n, 4);
    ck_assert_str_eq(v[0].name, "app");
    ck_assert_str_eq(v[1].name, "bridge");
    ck_assert_str_eq(v[1].driver, "bridge");
    ck_assert_ptr_nonnull(v[1].subnet);
    ck_assert_str_eq(v[2].name, "host");
    ck_assert_str_eq(v[3].driver, "null");
    network_list_free(v, n);
    unit_ok(network_read(&netns_place, "host", &host, &e), &e);
    ck_assert_str_eq(host.driver, "host");
    ck_assert_uint_eq(strlen(host.id), 64);
    for (const char *const *p = (const char *const[]){ "bridge", "host", "none", NULL }; *p; p++) {
        unit_fails(network_remove(&netns_place, *p, &e), ERR_INVALID, &e);
        ck_assert_msg(strstr(e.msg, "is a pre-defined network and cannot be removed"), "%s", e.msg);
    }
}
END_TEST

START_TEST(removed_without_a_trace)
{
    CLEANUP(network) struct network n = { 0 };
    struct network_link link;

    unit_ok(network_create(&netns_place, &(struct network_want){ .name = "app" }, &n, &e), &e);
    unit_ok(network_up(&netns_place, &n, &link, &e), &e);
    n.id[20] = '\0';
    unit_ok(network_remove(&netns_place, n.id, &e), &e);
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type bridge"), "");
    ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), "");
    ck_assert_str_eq(netns_sh(-1, "find %s -type f ! -name .lock", unit_dir), "");
    unit_fails(network_remove(&netns_place, "app", &e), ERR_NOT_FOUND, &e);
}
END_TEST

START_TEST(used_networks_stay)
{
    CLEANUP(network) struct network n = { 0 };
    struct net_want want = { .id = ID_A, .name = "web", .ifname = "eth0" };
    struct net_endpoint ep;
    int ns = netns_new();

    unit_ok(network_create(&netns_place, &(struct network_want){ .name = "app" }, &n, &e), &e);
    unit_ok(net_attach(&netns_place, &n, &want, ns, &ep, &e), &e);
    unit_fails(network_remove(&netns_place, "app", &e), ERR_IN_USE, &e);
    ck_assert_msg(strstr(e.msg, "active endpoints: web"), "%s", e.msg);
    ck_assert(network_exists(&netns_place, "app"));
    netns_ping(ns, n.gateway);
    unit_ok(net_detach(&netns_place, "app", ID_A, NULL, &e), &e);
    unit_ok(network_remove(&netns_place, "app", &e), &e);
}
END_TEST

START_TEST(interrupted_removals)
{
    CLEANUP(network) struct network n = { 0 };
    struct network_link link;
    struct network_want want = { .name = "app", .subnet = "10.9.8.0/24" };

    /* Killed after hiding the document: nobody held it, so the removal is completed. */
    unit_ok(network_create(&netns_place, &want, &n, &e), &e);
    unit_ok(network_up(&netns_place, &n, &link, &e), &e);
    ck_assert_int_eq(renameat(netns_place.root_fd, "networks/app.json", netns_place.root_fd,
                              "networks/.removing-app.json"),
                     0);
    unit_ok(create(&want), &e);
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type bridge"), "");
    ck_assert_str_eq(netns_sh(-1, "ls -A %s/root/networks | grep removing | cat", unit_dir), "");

    /* Killed while writing a document. */
    ck_assert_int_ge(openat(netns_place.root_fd, "networks/.tmp-1-1", O_CREAT | O_WRONLY, 0600), 0);
    unit_fails(create(&want), ERR_EXISTS, &e);
    ck_assert_int_eq(faccessat(netns_place.root_fd, "networks/.tmp-1-1", F_OK, 0), -1);

    /* A container held it: it comes back. */
    int dir = -1;
    unit_ok(network_lease_dir(&netns_place, "app", true, &dir, &e), &e);
    ck_assert_int_ge(openat(dir, "10.9.8.2", O_CREAT | O_WRONLY, 0600), 0);
    ck_assert_int_eq(renameat(netns_place.root_fd, "networks/app.json", netns_place.root_fd,
                              "networks/.removing-app.json"),
                     0);
    unit_fails(network_remove(&netns_place, "app", &e), ERR_IN_USE, &e);
    ck_assert(network_exists(&netns_place, "app"));
}
END_TEST

static void wait_all(int n)
{
    for (int i = 0; i < n; i++) {
        int status = -1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_msg(status == 0, "child: %d", status);
    }
}

START_TEST(creators_race)
{
    char name[8];

    for (int i = 0; i < 20; i++) {
        if (fork() == 0) {
            CLEANUP(network) struct network n = { 0 };
            struct network_link link;
            snprintf(name, sizeof(name), "n%d", i);
            bool good = network_read(&netns_place, "bridge", &n, &e) >= 0 &&
                        network_up(&netns_place, &n, &link, &e) >= 0 &&
                        create(&(struct network_want){ .name = name }) >= 0;
            if (!good)
                fprintf(stderr, "%s\n", e.msg);
            _exit(!good);
        }
    }
    wait_all(20);
    struct network *v = NULL;
    size_t n = 0;
    unit_ok(network_list(&netns_place, &v, &n, &e), &e);
    ck_assert_uint_eq(n, 23);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            struct ip_net a;
            struct ip_net b;
            if (!v[i].subnet || !v[j].subnet)
                continue;
            unit_ok(ip_parse_net(v[i].subnet, &a, &e), &e);
            unit_ok(ip_parse_net(v[j].subnet, &b, &e), &e);
            ck_assert_msg(!ip_overlap(&a, &b), "%s %s", v[i].subnet, v[j].subnet);
        }
    }
    network_list_free(v, n);
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type bridge | wc -l"), "1\n");
}
END_TEST

/* One removes and makes the network again and again while others attach to it: whoever gets in has
 * a bridge, whoever does not leaves nothing. */
START_TEST(removal_races_attachment)
{
    struct network_want again = { .name = "app", .subnet = "10.9.8.0/24" };

    unit_ok(create(&again), &e);
    for (int c = 0; c < 2; c++) {
        if (fork() == 0) {
            char id[65];
            snprintf(id, sizeof(id), "%064d", c);
            for (int i = 0; i < 15; i++) {
                CLEANUP(network) struct network n = { 0 };
                struct net_want want = { .id = id, .ifname = "eth0" };
                struct net_endpoint ep;
                int ns = netns_new();
                if (network_read(&netns_place, "app", &n, &e) < 0)
                    continue;
                int r = net_attach(&netns_place, &n, &want, ns, &ep, &e);
                if (r >= 0)
                    netns_ping(ns, "10.9.8.1");
                if (r >= 0 && net_detach(&netns_place, "app", id, NULL, &e) < 0)
                    _exit(4);
                close(ns);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 15; i++) {
        int r = network_remove(&netns_place, "app", &e);
        ck_assert_msg(r == 0 || r == -ERR_IN_USE || r == -ERR_NOT_FOUND, "%s", e.msg);
        r = create(&again);
        ck_assert_msg(r == 0 || r == -ERR_EXISTS, "%s", e.msg);
    }
    wait_all(2);
    unit_ok(network_remove(&netns_place, "app", &e), &e);
    ck_assert_str_eq(netns_sh(-1, "find %s -type f ! -name .lock", unit_dir), "");
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type bridge"), "");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("network");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, netns_host, unit_dir_remove);
    tcase_add_test(t, names);
    tcase_add_test(t, everything_that_was_asked_for);
    tcase_add_test(t, refusals);
    tcase_add_test(t, bad_options);
    tcase_add_test(t, taken_names_subnets_and_bridges);
    tcase_add_test(t, found_by_name_id_and_prefix);
    tcase_add_test(t, predefined_are_always_there);
    tcase_add_test(t, removed_without_a_trace);
    tcase_add_test(t, used_networks_stay);
    tcase_add_test(t, interrupted_removals);
    tcase_add_test(t, creators_race);
    tcase_add_test(t, removal_races_attachment);
    return unit_run(t);
}
