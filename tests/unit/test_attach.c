/* SPDX-License-Identifier: MIT */
/* Containers on bridges: what they get, whom they reach, what is left when it fails. */
#include "net/attach.h"
#include "net/nft.h"
#include "tests/unit/netns.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct err e;

static struct network make_network(const char *name, const char *subnet, bool internal)
{
    struct network_want want = { .name = name, .subnet = subnet, .internal = internal };
    struct network n;

    unit_ok(network_create(&netns_place, &want, &n, &e), &e);
    return n;
}

static struct net_endpoint attach(const struct network *n, const char *id, const char *ifname,
                                  int ns)
{
    struct net_want want = {
        .id = id, .name = "c", .ifname = ifname, .default_route = STREQ(ifname, "eth0")
    };
    struct net_endpoint ep;

    unit_ok(net_attach(&netns_place, n, &want, ns, &ep, &e), &e);
    return ep;
}

static const char *ip_of(const struct net_endpoint *ep)
{
    static char text[4][IP_TEXT_MAX];
    static unsigned turn;

    return ip_text(&ep->addr.addr, text[turn++ % 4]);
}

/* A namespace "outside" with 198.51.100.2, reached through the host's 198.51.100.1. */
static int make_outside(void)
{
    int ns = netns_new();

    netns_sh(-1,
             "ip link set lo up; ip link add up0 type veth peer name out0 netns /proc/%d/fd/%d"
             " && ip addr add 198.51.100.1/24 dev up0 && ip link set up0 up",
             (int)getpid(), ns);
    netns_sh(ns, "ip link set lo up; ip addr add 198.51.100.2/24 dev out0; ip link set out0 up");
    return ns;
}

START_TEST(gives_address_route_and_loopback)
{
    CLEANUP(network) struct network n = make_network("app", "10.9.8.0/24", false);
    int ns = netns_new();
    struct net_endpoint ep = attach(&n, ID_A, "eth0", ns);
    char mac[IP_MAC_TEXT_MAX];
    char want[128];

    const char *out = netns_sh(ns, "ip -j -4 addr");
    snprintf(want, sizeof(want), "\"local\":\"%s\",\"prefixlen\":24,\"broadcast\":\"10.9.8.255\"",
             ip_of(&ep));
    ck_assert_msg(strstr(out, want), "%s", out);
    ck_assert_ptr_nonnull(strstr(out, "\"local\":\"127.0.0.1\""));
    out = netns_sh(ns, "ip -j link show dev eth0");
    ck_assert_msg(strstr(out, ip_mac_text(ep.mac, mac)), "%s lacks %s", out, mac);
    ck_assert_ptr_nonnull(strstr(out, "\"LOWER_UP\""));
    out = netns_sh(ns, "ip route");
    ck_assert_msg(strstr(out, "default via 10.9.8.1 dev eth0"), "%s", out);
    out = netns_sh(-1, "ip -o link show dev %s", ep.host_ifname);
    ck_assert_msg(strstr(out, n.bridge), "%s", out);
    while (!strstr(out, "state UP")) /* older kernels tell it a little later */
        out = netns_sh(-1, "ip -o link show dev %s", ep.host_ifname);
    ck_assert_int_eq(ep.mac[0], 0x02);
    ck_assert_int_eq(memcmp(ep.mac + 2, ep.addr.addr.bytes, 4), 0);
}
END_TEST

START_TEST(neighbours_and_host_reach_each_other)
{
    CLEANUP(network) struct network n = make_network("app", NULL, false);
    int a = netns_new();
    int b = netns_new();
    struct net_endpoint ea = attach(&n, ID_A, "eth0", a);
    struct net_endpoint eb = attach(&n, ID_B, "eth0", b);
    char seen[INET_ADDRSTRLEN];
    int at_b = netns_listen(b, 80);
    int at_host = netns_listen(-1, 81);

    ck_assert(netns_connects(a, ip_of(&eb), 80, at_b, seen));
    ck_assert_str_eq(seen, ip_of(&ea));
    ck_assert(netns_connects(a, n.gateway, 81, at_host, seen));
    ck_assert(netns_connects(-1, ip_of(&eb), 80, at_b, seen));
    ck_assert_str_eq(seen, n.gateway);
    netns_ping(a, ip_of(&eb));
}
END_TEST

START_TEST(the_way_out_is_masqueraded)
{
    int outside = make_outside();
    int at_outside = netns_listen(outside, 80);
    CLEANUP(network) struct network n = make_network("app", "10.9.8.0/24", false);
    int a = netns_new();
    struct net_endpoint ep = attach(&n, ID_A, "eth0", a);
    char seen[INET_ADDRSTRLEN];

    ck_assert(netns_connects(a, "198.51.100.2", 80, at_outside, seen));
    ck_assert_str_eq(seen, "198.51.100.1");
    netns_ping(a, "198.51.100.2");

    /* Nobody outside gets in, even with a route. */
    int at_a = netns_listen(a, 80);
    netns_sh(outside, "ip route add 10.9.8.0/24 via 198.51.100.1");
    ck_assert(netns_cut_off(outside, ip_of(&ep), 80));
    close(at_a);
}
END_TEST

START_TEST(networks_are_isolated)
{
    CLEANUP(network) struct network one = make_network("one", NULL, false);
    CLEANUP(network) struct network two = make_network("two", NULL, false);
    int a = netns_new();
    int b = netns_new();
    int both = netns_new();
    struct net_endpoint ea = attach(&one, ID_A, "eth0", a);
    struct net_endpoint eb = attach(&two, ID_B, "eth0", b);
    int at_a = netns_listen(a, 80);
    int at_b = netns_listen(b, 80);
    char seen[INET_ADDRSTRLEN];

    ck_assert(netns_cut_off(a, ip_of(&eb), 80));
    ck_assert(netns_cut_off(b, ip_of(&ea), 80));

    /* One container on both networks talks to each as a neighbour. */
    const char *id = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
    attach(&one, id, "eth0", both);
    struct net_endpoint second = attach(&two, id, "eth1", both);
    ck_assert(netns_connects(both, ip_of(&ea), 80, at_a, seen));
    ck_assert(netns_connects(both, ip_of(&eb), 80, at_b, seen));
    ck_assert_str_eq(seen, ip_of(&second));
    const char *out = netns_sh(both, "ip route show default");
    ck_assert_msg(strstr(out, "eth0") && !strstr(out, "eth1"), "%s", out);
}
END_TEST

/* A datagram needs no way back. True when it came within these milliseconds. */
static bool hears_datagram(int ns, const char *ip, int from, int ms)
{
    struct sockaddr_in to = netns_addr(ip, 5000);
    int in = netns_socket(ns, SOCK_DGRAM);
    int out = netns_socket(from, SOCK_DGRAM);
    struct pollfd p = { .fd = in, .events = POLLIN };

    ck_assert_int_eq(bind(in, (struct sockaddr *)&to, sizeof(to)), 0);
    ck_assert_int_eq(sendto(out, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
    bool heard = poll(&p, 1, ms) == 1;
    close(in);
    close(out);
    return heard;
}

START_TEST(internal_networks_have_no_way_out)
{
    int outside = make_outside();
    int at_outside = netns_listen(outside, 80);
    CLEANUP(network) struct network n = make_network("safe", "10.9.8.0/24", true);
    CLEANUP(network) struct network other = make_network("app", NULL, false);
    int a = netns_new();
    int b = netns_new();
    int c = netns_new();
    struct net_endpoint ep = attach(&n, ID_A, "eth0", a);
    struct net_endpoint eb = attach(&n, ID_B, "eth0", b);
    int at_b = netns_listen(b, 80);
    char seen[INET_ADDRSTRLEN];

    attach(&other, ID_B, "eth0", c);
    ck_assert_int_eq(ep.gateway.family, AF_UNSPEC);
    ck_assert_str_eq(netns_sh(a, "ip route show default"), "");
    ck_assert(netns_connects(a, ip_of(&eb), 80, at_b, seen));
    netns_sh(a, "ip route add default via 10.9.8.1"); /* it tries to break out */
    netns_sh(outside, "ip route add 10.9.8.0/24 via 198.51.100.1");
    ck_assert(netns_cut_off(a, "198.51.100.2", 80));
    ck_assert(!hears_datagram(outside, "198.51.100.2", a, NETNS_SILENCE_MS));
    ck_assert(hears_datagram(b, ip_of(&eb), a, NETNS_PATIENCE_MS));
    ck_assert(netns_cut_off(c, ip_of(&eb), 80));
    close(at_outside);
}
END_TEST

START_TEST(lease_is_there_and_goes)
{
    CLEANUP(network) struct network n = make_network("app", "10.9.8.0/24", false);
    CLEANUP(lease) struct lease l = { 0 };
    char *aliases[] = { (char *)"db", (char *)"redis", NULL };
    struct net_want want = { .id = ID_A,
                             .name = "web",
                             .hostname = "h",
                             .aliases = aliases,
                             .ip = "10.9.8.77",
                             .mac = "06:00:00:00:00:01",
                             .ifname = "eth0" };
    struct net_endpoint ep;
    int ns = netns_new();
    int dir = -1;

    unit_ok(net_attach(&netns_place, &n, &want, ns, &ep, &e), &e);
    unit_ok(network_lease_dir(&netns_place, "app", false, &dir, &e), &e);
    unit_ok(lease_read(dir, "10.9.8.77", &l, &e), &e);
    ck_assert_str_eq(l.id, ID_A);
    ck_assert_str_eq(l.name, "web");
    ck_assert_str_eq(l.hostname, "h");
    ck_assert_str_eq(l.aliases[1], "redis");
    ck_assert_str_eq(l.mac, "06:00:00:00:00:01");
    ck_assert_str_eq(l.ifname, ep.host_ifname);
    unit_ok(net_detach(&netns_place, "app", ID_B, NULL, &e), &e);
    ck_assert_int_eq(lease_count(dir, &e), 1);
    unit_ok(net_detach(&netns_place, "app", ID_A, "10.9.8.77", &e), &e);
    ck_assert_int_eq(lease_count(dir, &e), 0);
    unit_ok(net_detach(&netns_place, "app", ID_A, NULL, &e), &e);
    unit_ok(net_detach(&netns_place, "gone", ID_A, NULL, &e), &e);
    close(dir);
}
END_TEST

/* What a failed attachment may have left: leases and links of containers. */
static void assert_nothing_left(const char *network)
{
    int dir = -1;

    unit_ok(network_lease_dir(&netns_place, network, false, &dir, &e), &e);
    ck_assert_int_eq(lease_count(dir, &e), 0);
    close(dir);
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type veth"), "");
}

START_TEST(failure_leaves_nothing)
{
    CLEANUP(network) struct network n = make_network("app", NULL, false);
    struct net_want want = { .id = ID_A, .ifname = "lo" };
    struct net_endpoint ep;
    int ns = netns_new();

    unit_fails(net_attach(&netns_place, &n, &want, ns, &ep, &e), ERR_EXISTS, &e); /* lo is taken */
    ck_assert_msg(strstr(e.msg, "lo"), "%s", e.msg);
    assert_nothing_left("app");

    int not_a_namespace = open("/dev/null", O_RDONLY | O_CLOEXEC);
    want.ifname = "eth0";
    ck_assert_int_lt(net_attach(&netns_place, &n, &want, not_a_namespace, &ep, &e), 0);
    assert_nothing_left("app");
    want.ip = "10.0.0.1";
    unit_fails(net_attach(&netns_place, &n, &want, ns, &ep, &e), ERR_INVALID, &e);
    assert_nothing_left("app");
    want.ip = NULL;
    want.default_route = true;
    netns_sh(ns, "ip link set lo up; ip route add default dev lo");
    unit_fails(net_attach(&netns_place, &n, &want, ns, &ep, &e), ERR_SYS, &e);
    ck_assert_msg(strstr(e.msg, "default route"), "%s", e.msg);
    assert_nothing_left("app");
}
END_TEST

START_TEST(stale_link_is_replaced)
{
    CLEANUP(network) struct network n = make_network("app", NULL, false);
    int old = netns_new();
    int new = netns_new();
    struct net_endpoint before = attach(&n, ID_A, "eth0", old);

    unit_ok(net_detach(&netns_place, "app", ID_A, NULL, &e), &e);
    struct net_endpoint after = attach(&n, ID_A, "eth0", new);
    ck_assert_str_eq(before.host_ifname, after.host_ifname);
    ck_assert(ip_eq(&before.addr.addr, &after.addr.addr)); /* a restart keeps the address */
    ck_assert_str_eq(netns_sh(old, "ip -o link show type veth"), "");
    unit_ok(net_unplug("app", ID_A, &e), &e);
    ck_assert_str_eq(netns_sh(new, "ip -o link show type veth"), "");
    unit_ok(net_unplug("app", ID_A, &e), &e);
}
END_TEST

START_TEST(removed_network_refuses)
{
    CLEANUP(network) struct network n = make_network("app", NULL, false);
    struct net_want want = { .id = ID_A, .ifname = "eth0" };
    struct net_endpoint ep;

    unit_ok(network_remove(&netns_place, "app", &e), &e);
    unit_fails(net_attach(&netns_place, &n, &want, netns_new(), &ep, &e), ERR_NOT_FOUND, &e);
    ck_assert_int_eq(faccessat(netns_place.run_fd, "networks/app", F_OK, 0), -1);
    ck_assert_str_eq(netns_sh(-1, "ip -o link show type bridge"), "");
}
END_TEST

START_TEST(loopback_alone)
{
    int ns = netns_new();

    unit_ok(net_loopback_up(ns, &e), &e);
    const char *out = netns_sh(ns, "ip -o addr");
    ck_assert_msg(strstr(out, "127.0.0.1/8"), "%s", out);
}
END_TEST

START_TEST(without_the_capability)
{
    CLEANUP(network) struct network n = make_network("app", NULL, false);
    struct net_want want = { .id = ID_A, .ifname = "eth0" };
    struct net_endpoint ep;

    ck_assert_int_eq(fchmodat(AT_FDCWD, unit_dir, 0777, 0), 0);
    netns_sh(-1, "chmod -R a+rwX %s", unit_dir);
    if (fork() == 0) {
        ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
        int r = net_attach(&netns_place, &n, &want, -1, &ep, &e);
        bool good = r == -ERR_SYS && e.errnum == EPERM && strstr(e.hint, "CAP_NET_ADMIN");
        if (!good)
            fprintf(stderr, "%d %s (%s)\n", r, e.msg, e.hint);
        _exit(good ? 0 : 1);
    }
    int status = 0;
    ck_assert_int_gt(wait(&status), 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("attach");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, netns_host, unit_dir_remove);
    tcase_add_test(t, gives_address_route_and_loopback);
    tcase_add_test(t, neighbours_and_host_reach_each_other);
    tcase_add_test(t, the_way_out_is_masqueraded);
    tcase_add_test(t, networks_are_isolated);
    tcase_add_test(t, internal_networks_have_no_way_out);
    tcase_add_test(t, lease_is_there_and_goes);
    tcase_add_test(t, failure_leaves_nothing);
    tcase_add_test(t, stale_link_is_replaced);
    tcase_add_test(t, removed_network_refuses);
    tcase_add_test(t, loopback_alone);
    tcase_add_test(t, without_the_capability);
    return unit_run(t);
}
