/* SPDX-License-Identifier: MIT */
/* Port 53 of 127.0.0.11 leads to a server on a high port, and nothing else changes. */
#include "net/addr.h"
#include "net/nft_dns.h"
#include "tests/unit/netns.h"

static struct err e;
static int ns;

static void start(void)
{
    netns_host();
    ns = netns_new();
    unit_ok(addr_loopback_up(ns, &e), &e);
}

static int bound(int type, const char *ip, int port)
{
    struct sockaddr_in a = netns_addr(ip, port);
    int fd = netns_socket(ns, type);

    ck_assert_msg(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "bind %s:%d: %m", ip, port);
    return fd;
}

/* Sends a datagram from a connected socket to `ip`:53, lets `server` echo it, and says whether the
 * answer came: a connected socket takes answers only from the address it asked. */
static bool asks_within(int ms, const char *ip, int server)
{
    struct sockaddr_in to = netns_addr(ip, 53);
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    char buf[16];
    int fd = netns_socket(ns, SOCK_DGRAM);
    struct pollfd p[2] = { { .fd = server, .events = POLLIN }, { .fd = fd, .events = POLLIN } };

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    bool ok = send(fd, "who", 3, 0) == 3 && poll(&p[0], 1, ms) == 1;
    if (ok) {
        ssize_t n = recvfrom(server, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);
        ck_assert_int_eq(n, 3);
        ck_assert_int_eq(sendto(server, "me", 2, 0, (struct sockaddr *)&from, len), 2);
        ok = poll(&p[1], 1, ms) == 1 && recv(fd, buf, sizeof(buf), 0) == 2;
    }
    close(fd);
    return ok;
}

static bool asks(const char *ip, int server)
{
    return asks_within(NETNS_PATIENCE_MS, ip, server);
}

START_TEST(udp)
{
    int server = bound(SOCK_DGRAM, "127.0.0.11", 40053);

    ck_assert(!asks_within(NETNS_SILENCE_MS, "127.0.0.11", server));
    unit_ok(nft_dns(ns, 40053, 40054, &e), &e);
    ck_assert(asks("127.0.0.11", server));
    ck_assert(!asks_within(NETNS_SILENCE_MS, "127.0.0.12", server));
}
END_TEST

START_TEST(tcp)
{
    struct sockaddr_in a = netns_addr("127.0.0.11", 40054);
    int server = netns_socket(ns, SOCK_STREAM);
    char seen[INET_ADDRSTRLEN];

    ck_assert_int_eq(bind(server, (struct sockaddr *)&a, sizeof(a)), 0);
    ck_assert_int_eq(listen(server, 4), 0);
    unit_ok(nft_dns(ns, 40053, 40054, &e), &e);
    ck_assert(netns_connects(ns, "127.0.0.11", 53, server, seen));
}
END_TEST

START_TEST(own_server_on_port_53)
{
    int ours = bound(SOCK_DGRAM, "127.0.0.11", 40053);
    int theirs = bound(SOCK_DGRAM, "0.0.0.0", 53);

    unit_ok(nft_dns(ns, 40053, 40054, &e), &e);
    ck_assert(asks("127.0.0.11", ours));
    ck_assert(asks("127.0.0.1", theirs));
}
END_TEST

START_TEST(replaced_not_added)
{
    unit_ok(nft_dns(ns, 1, 2, &e), &e);
    unit_ok(nft_dns(ns, 40053, 40054, &e), &e);
    unit_ok(nft_dns(ns, 40053, 40054, &e), &e);
    ck_assert_str_eq(netns_sh(ns, "nft -nn list ruleset"),
                     "table ip hako_dns {\n\tcomment \"names are answered on 127.0.0.11\"\n"
                     "\tchain out {\n\t\ttype filter hook output priority -300; policy accept;\n"
                     "\t\tip daddr 127.0.0.11 udp dport 53 udp dport set 40053\n"
                     "\t\tip daddr 127.0.0.11 tcp dport 53 tcp dport set 40054\n\t}\n\n"
                     "\tchain in {\n\t\ttype filter hook input priority -300; policy accept;\n"
                     "\t\tip saddr 127.0.0.11 udp sport 40053 udp sport set 53\n"
                     "\t\tip saddr 127.0.0.11 tcp sport 40054 tcp sport set 53\n\t}\n}\n");
    ck_assert_str_eq(netns_sh(-1, "nft list ruleset"), "");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("nft_dns");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, start, unit_dir_remove);
    tcase_add_test(t, udp);
    tcase_add_test(t, tcp);
    tcase_add_test(t, own_server_on_port_53);
    tcase_add_test(t, replaced_not_added);
    return unit_run(t);
}
