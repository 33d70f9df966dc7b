/* SPDX-License-Identifier: MIT */
/* Forwarding: dead, forging, refusing and large-mouthed resolvers, over UDP and TCP. */
#include "base/str.h"
#include "net/dns_upstream.h"
#include "tests/unit/dns_fake.h"

#include <time.h>

static struct err e;
static struct loop *loop;
static struct dns_upstream *up;
static char got[2048];
static size_t got_len;
static uint16_t got_id;
static int calls;

static void start(void)
{
    netns_host();
    unit_ok(addr_loopback_up(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), &e), &e);
    unit_ok(loop_new(&loop, &e), &e);
}

static void stop(void)
{
    dns_upstream_free(up);
    loop_free(loop);
    unit_dir_remove();
}

static void servers(const char *list)
{
    AUTO_STRV char **v = strv_split(list, ' ', true);

    unit_ok(dns_upstream_new(loop, v, &up, &e), &e);
}

static void on_answer(void *arg, const uint8_t *msg, size_t len)
{
    calls++;
    got_len = len;
    got_id = len > 1 ? (uint16_t)(msg[0] << 8 | msg[1]) : 0;
    snprintf(got, sizeof(got), "%s", len > 0 ? dns_fake_text(msg, len) : "nobody");
    loop_stop(loop);
}

static const char *ask(const char *name, bool tcp)
{
    uint8_t q[512];
    size_t len = dns_fake_query(q, sizeof(q), 0x4711, name, DNS_A, 0);

    unit_ok(dns_upstream_ask(up, q, len, tcp, on_answer, NULL, NULL, &e), &e);
    ck_assert_int_eq(calls, 0);
    unit_ok(loop_run(loop, &e), &e);
    ck_assert_int_eq(calls, 1);
    calls = 0;
    if (got_len > 0)
        ck_assert_uint_eq(got_id, 0x4711);
    return got;
}

#define ONE "rcode=0 tc=0 aa=1 n=1 192.0.2.1"
#define TWO "rcode=0 tc=0 aa=1 n=1 192.0.2.2"

START_TEST(forwards)
{
    dns_fake_start("127.0.0.1", 1);
    servers("127.0.0.1");
    ck_assert(dns_upstream_any(up));
    ck_assert_str_eq(ask("ok.example", false), ONE);
    ck_assert_str_eq(ask("ok.example", true), ONE);
    ck_assert_str_eq(ask("pieces.example", true), ONE);
    ck_assert_str_eq(ask("nx.example", false), "rcode=3 tc=0 aa=0 n=0");
    ck_assert_str_eq(ask("tc.example", false), "rcode=0 tc=1 aa=0 n=0");
    ck_assert_str_eq(ask("tc.example", true), ONE);
}
END_TEST

START_TEST(ignores_forgeries)
{
    dns_fake_start("127.0.0.1", 1);
    servers("127.0.0.1");
    ck_assert_str_eq(ask("wrongid.example", false), ONE);
    ck_assert_str_eq(ask("wrongname.example", false), ONE);
}
END_TEST

START_TEST(large_datagrams_arrive_whole)
{
    dns_fake_start("127.0.0.1", 1);
    servers("127.0.0.1");
    ck_assert_str_eq(ask("huge.example", false), ONE);
    ck_assert_uint_eq(got_len, 6000);
}
END_TEST

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* To wait for each of them would take 2.5 seconds a question. */
START_TEST(refused_ports_cost_nothing)
{
    enum { QUESTIONS = 10 };
    double begin = seconds();

    dns_fake_start("127.0.0.2", 2);
    servers("127.0.0.1 127.0.0.2");
    for (int i = 0; i < QUESTIONS; i++)
        ck_assert_str_eq(ask("ok.example", i % 2), TWO);
    ck_assert(seconds() - begin < QUESTIONS * 2.5);
}
END_TEST

START_TEST(silent_servers_are_passed_over)
{
    int mute = netns_socket(-1, SOCK_DGRAM);
    struct sockaddr_in a = netns_addr("127.0.0.1", 53);
    double begin = seconds();

    ck_assert_int_eq(bind(mute, (struct sockaddr *)&a, sizeof(a)), 0);
    dns_fake_start("127.0.0.2", 2);
    servers("127.0.0.1 127.0.0.2");
    ck_assert_str_eq(ask("ok.example", false), TWO);
    ck_assert(seconds() - begin > 2);
}
END_TEST

/* A resolver that cannot, or does not want to, is not the last word while others were not asked. */
START_TEST(failures_lead_to_the_next)
{
    dns_fake_start("127.0.0.1", 1);
    dns_fake_start("127.0.0.2", 2);
    servers("127.0.0.1 127.0.0.2");
    ck_assert_str_eq(ask("first-servfail.example", false), TWO);
    ck_assert_str_eq(ask("first-refused.example", false), TWO);
    ck_assert_str_eq(ask("first-refused.example", true), TWO);
    ck_assert_str_eq(ask("servfail.example", false), "rcode=2 tc=0 aa=0 n=0");
    ck_assert_str_eq(ask("refused.example", true), "rcode=5 tc=0 aa=0 n=0");
    ck_assert_str_eq(ask("nx.example", false), "rcode=3 tc=0 aa=0 n=0");
}
END_TEST

START_TEST(nobody_there)
{
    servers("127.0.0.1");
    ck_assert_str_eq(ask("ok.example", false), "nobody");
    ck_assert_str_eq(ask("ok.example", true), "nobody");
    dns_fake_start("127.0.0.1", 1);
    ck_assert_str_eq(ask("hangup.example", true), "nobody");
}
END_TEST

START_TEST(nonsense_servers)
{
    servers("not-an-address 300.1.1.1 ::1%nowhere");
    ck_assert(!dns_upstream_any(up));
    ck_assert_str_eq(ask("ok.example", false), "nobody");
}
END_TEST

START_TEST(ipv6_server)
{
    struct sockaddr_in6 a = { .sin6_family = AF_INET6,
                              .sin6_port = htons(53),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);

    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
        return; /* a kernel without IPv6 */
    pid_t pid = fork();
    if (pid == 0) {
        uint8_t msg[512], out[512];
        struct dns_query q;
        struct sockaddr_in6 from;
        socklen_t len = sizeof(from);
        ssize_t n = recvfrom(fd, msg, sizeof(msg), 0, (struct sockaddr *)&from, &len);
        dns_message_parse(msg, (size_t)n, &q);
        sendto(fd, out, dns_fake_answer(&q, msg, 6, DNS_NOERROR, out, sizeof(out)), 0,
               (struct sockaddr *)&from, len);
        _exit(0);
    }
    servers("::1");
    ck_assert_str_eq(ask("ok.example", false), "rcode=0 tc=0 aa=1 n=1 192.0.2.6");
    waitpid(pid, NULL, 0);
}
END_TEST

static void write_resolv_conf(const char *text)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/resolv.conf", unit_dir);
    FILE *f = fopen(path, "w");

    fputs(text, f);
    fclose(f);
    umount2("/etc/resolv.conf", MNT_DETACH);
    ck_assert_msg(mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) == 0, "%m");
}

/* The link's name or number stands behind an address that is valid on that link alone. */
START_TEST(scoped_servers)
{
    static const char *const good[] = { "fe80::1%lo", "fe80::1%1" };
    static const char *const bad[] = { "fe80::1%", "fe80::1%none", "fe80::1%0", "%lo",
                                       "127.0.0.1%lo" };

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        servers(good[i]);
        ck_assert_msg(dns_upstream_any(up), "%s", good[i]);
        dns_upstream_free(up);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        servers(bad[i]);
        ck_assert_msg(!dns_upstream_any(up), "%s", bad[i]);
        dns_upstream_free(up);
    }
    up = NULL;
}
END_TEST

START_TEST(follows_resolv_conf)
{
    dns_fake_start("127.0.0.1", 1);
    dns_fake_start("127.0.0.2", 2);
    write_resolv_conf("nameserver 127.0.0.1\n");
    unit_ok(dns_upstream_new(loop, NULL, &up, &e), &e);
    ck_assert(dns_upstream_any(up));
    ck_assert_str_eq(ask("ok.example", false), ONE);
    write_resolv_conf("# other\nnameserver 127.0.0.2\n");
    ck_assert(dns_upstream_any(up));
    ck_assert_str_eq(ask("ok.example", false), TWO);
    write_resolv_conf("# nobody at all\n");
    ck_assert(!dns_upstream_any(up));
    umount2("/etc/resolv.conf", MNT_DETACH);
}
END_TEST

START_TEST(bounded)
{
    uint8_t q[512];
    size_t len = dns_fake_query(q, sizeof(q), 1, "silent.example", DNS_A, 0);
    struct dns_exchange *x[256];

    dns_fake_start("127.0.0.1", 1);
    servers("127.0.0.1");
    for (int i = 0; i < 256; i++)
        unit_ok(dns_upstream_ask(up, q, len, i % 2, on_answer, NULL, &x[i], &e), &e);
    unit_fails(dns_upstream_ask(up, q, len, false, on_answer, NULL, NULL, &e), ERR_LIMIT, &e);
    for (int i = 0; i < 256; i += 2)
        dns_upstream_cancel(x[i]);
    unit_ok(dns_upstream_ask(up, q, len, false, on_answer, NULL, NULL, &e), &e);
    ck_assert_int_eq(calls, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("dns_upstream");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, forwards);
    tcase_add_test(t, ignores_forgeries);
    tcase_add_test(t, large_datagrams_arrive_whole);
    tcase_add_test(t, refused_ports_cost_nothing);
    tcase_add_test(t, silent_servers_are_passed_over);
    tcase_add_test(t, failures_lead_to_the_next);
    tcase_add_test(t, nobody_there);
    tcase_add_test(t, nonsense_servers);
    tcase_add_test(t, ipv6_server);
    tcase_add_test(t, scoped_servers);
    tcase_add_test(t, follows_resolv_conf);
    tcase_add_test(t, bounded);
    return unit_run(t);
}
