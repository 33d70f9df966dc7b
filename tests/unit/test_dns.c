/* SPDX-License-Identifier: MIT */
/* The DNS server as a container sees it: zone, forwarding, TCP's manners, hostile clients. */
#include "base/str.h"
#include "net/dns.h"
#include "tests/unit/dns_fake.h"

#include <time.h>

#define ID_DB "aaaaaaaaaaaa0000000000000000000000000000000000000000000000000001"

static struct err e;
static int ns; /* the container's */
static struct in_addr dns_addr;
static pid_t server;

static void put_lease(unsigned last, char *name, char *alias)
{
    AUTO_FD int dir = -1;
    struct lease_pool pool = { .network = "app" };
    char *aliases[] = { alias, NULL };
    struct ip_addr want = ip_from_u32(0x0a010200u + last);
    struct ip_addr got;
    char id[65];

    snprintf(id, sizeof(id), "%s", ID_DB);
    snprintf(id + 60, 5, "%04u", last);
    unit_ok(ip_parse_net("10.1.2.0/24", &pool.subnet, &e), &e);
    pool.range = pool.subnet;
    pool.gateway = ip_from_u32(0x0a010201u);
    unit_ok(network_lease_dir(&netns_place, "app", true, &dir, &e), &e);
    unit_ok(lease_take(dir, &pool, &(struct lease){ .id = id, .name = name, .aliases = aliases },
                       &want, &got, &e),
            &e);
}

/* Runs the server in a process of its own until the test ends. */
static void serve(char *const *upstreams)
{
    char *networks[] = { (char[]){ "app" }, NULL };
    const struct dns_want want = { &netns_place, ns, networks, upstreams };
    struct loop *loop;
    struct dns *dns;
    int ready[2];
    char c;

    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (loop_new(&loop, &e) < 0 || dns_start(loop, &want, &dns, &e) < 0 ||
            dns_udp_port(dns) != 40053 || dns_tcp_port(dns) != 40053)
            _exit(2);
        if (write(ready[1], "", 1) == 1)
            loop_run(loop, &e);
        _exit(3);
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    close(ready[0]);
}

static void start(void)
{
    netns_host();
    ns = netns_new();
    unit_ok(addr_loopback_up(ns, &e), &e);
    AUTO_FD int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    unit_ok(addr_loopback_up(own, &e), &e);
    inet_pton(AF_INET, "127.0.0.11", &dns_addr);
    put_lease(3, (char[]){ "db" }, (char[]){ "sql" });
    put_lease(4, (char[]){ "web" }, (char[]){ "sql" });
    dns_fake_start("127.0.0.1", 1);
    serve((char *[]){ (char[]){ "127.0.0.1" }, NULL });
}

/* The server must have survived whatever the test did to it. */
static void stop(void)
{
    int status = 0;

    ck_assert_msg(waitpid(server, &status, WNOHANG) == 0, "the server ended: status %d", status);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unit_dir_remove();
}

static int dial(int type)
{
    struct sockaddr_in a = netns_addr("127.0.0.11", 40053);
    struct timeval t = { .tv_sec = 50 };
    int fd = netns_socket(ns, type);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
    ck_assert_msg(connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "%m");
    return fd;
}

static const char *ask_edns(const char *name, uint16_t type, uint16_t udp)
{
    uint8_t msg[65536];
    size_t len = dns_fake_query(msg, sizeof(msg), 77, name, type, udp);
    AUTO_FD int fd = dial(SOCK_DGRAM);

    ck_assert_int_eq(send(fd, msg, len, 0), (ssize_t)len);
    ssize_t n = recv(fd, msg, sizeof(msg), 0);
    ck_assert_msg(n > 0, "%s: %m", name);
    ck_assert_int_eq(msg[0] << 8 | msg[1], 77);
    return dns_fake_text(msg, (size_t)n);
}

static const char *ask(const char *name, uint16_t type)
{
    return ask_edns(name, type, 0);
}

static void tcp_send(int fd, uint16_t id, const char *name, uint16_t type)
{
    uint8_t msg[600];
    size_t len = dns_fake_query(msg + 2, sizeof(msg) - 2, id, name, type, 0);

    msg[0] = (uint8_t)(len >> 8);
    msg[1] = (uint8_t)len;
    ck_assert_int_eq(send(fd, msg, len + 2, MSG_NOSIGNAL), (ssize_t)len + 2);
}

/* "" when the connection was closed. */
static const char *tcp_read(int fd, unsigned id)
{
    static uint8_t msg[65536];

    if (recv(fd, msg, 2, MSG_WAITALL) != 2)
        return "";
    size_t len = (size_t)(msg[0] << 8 | msg[1]);
    ck_assert_int_eq(recv(fd, msg, len, MSG_WAITALL), (ssize_t)len);
    ck_assert_int_eq(msg[0] << 8 | msg[1], (int)id);
    return dns_fake_text(msg, len);
}

static const char *ask_tcp(const char *name, uint16_t type)
{
    AUTO_FD int fd = dial(SOCK_STREAM);

    tcp_send(fd, 9, name, type);
    return tcp_read(fd, 9);
}

static const struct {
    const char *name;
    uint16_t type;
    const char *want;
} rows[] = {
    { "db", DNS_A, "rcode=0 tc=0 aa=1 n=1 10.1.2.3" },
    { "DB.App", DNS_A, "rcode=0 tc=0 aa=1 n=1 10.1.2.3" },
    { "aaaaaaaaaaaa", DNS_PTR, "rcode=0 tc=0 aa=1 n=0" },
    { "db", DNS_AAAA, "rcode=0 tc=0 aa=1 n=0" },
    { "db", 15, "rcode=0 tc=0 aa=1 n=0" },
    { "3.2.1.10.in-addr.arpa", DNS_PTR, "rcode=0 tc=0 aa=1 n=1 db.app" },
    { "3.2.1.10.in-addr.arpa", DNS_A, "rcode=0 tc=0 aa=1 n=0" },
    { "ok.example", DNS_A, "rcode=0 tc=0 aa=1 n=1 192.0.2.1" },
    { "ok.example", DNS_AAAA, "rcode=0 tc=0 aa=1 n=1 192.0.2.1" },
    { "nx.example", DNS_A, "rcode=3 tc=0 aa=0 n=0" },
    { "servfail.example", DNS_A, "rcode=2 tc=0 aa=0 n=0" },
    { "wrongid.example", DNS_A, "rcode=0 tc=0 aa=1 n=1 192.0.2.1" },
};

START_TEST(answers)
{
    ck_assert_str_eq(ask(rows[_i].name, rows[_i].type), rows[_i].want);
    ck_assert_str_eq(ask_edns(rows[_i].name, rows[_i].type, 1232), rows[_i].want);
    ck_assert_str_eq(ask_tcp(rows[_i].name, rows[_i].type), rows[_i].want);
}
END_TEST

START_TEST(nobody_outside)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    serve((char *[]){ (char[]){ "nonsense" }, NULL });
    ck_assert_str_eq(ask("db", DNS_A), "rcode=0 tc=0 aa=1 n=1 10.1.2.3");
    ck_assert_str_eq(ask("nobody", DNS_A), "rcode=3 tc=0 aa=0 n=0");
    ck_assert_str_eq(ask("www.example", DNS_A), "rcode=2 tc=0 aa=0 n=0");
}
END_TEST

START_TEST(silent_upstream_is_servfail)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    serve((char *[]){ (char[]){ "127.0.0.9" }, NULL }); /* nobody: refused at once */
    ck_assert_str_eq(ask("ok.example", DNS_A), "rcode=2 tc=0 aa=0 n=0");
    ck_assert_str_eq(ask_tcp("ok.example", DNS_A), "rcode=2 tc=0 aa=0 n=0");
}
END_TEST

START_TEST(truncation)
{
    for (unsigned i = 0; i < 60; i++)
        put_lease(10 + i, NULL, (char[]){ "many" });
    ck_assert_ptr_nonnull(strstr(ask("many", DNS_A), "tc=1"));
    ck_assert_ptr_nonnull(strstr(ask_edns("many", DNS_A, 1232), "tc=0 aa=1 n=60"));
    ck_assert_ptr_nonnull(strstr(ask_tcp("many", DNS_A), "tc=0 aa=1 n=60"));
    ck_assert_str_eq(ask("tc.example", DNS_A), "rcode=0 tc=1 aa=0 n=0");
    ck_assert_str_eq(ask_tcp("tc.example", DNS_A), "rcode=0 tc=0 aa=1 n=1 192.0.2.1");
    ck_assert_ptr_nonnull(strstr(ask_edns("huge.example", DNS_A, 8000), "192.0.2.1"));
}
END_TEST

/* RFC 7766: several queries at once on one connection, local and forwarded ones. */
START_TEST(pipelining)
{
    AUTO_FD int fd = dial(SOCK_STREAM);

    for (uint16_t i = 0; i < 30; i++)
        tcp_send(fd, i, i % 3 == 0 ? "ok.example" : i % 3 == 1 ? "db" : "web", DNS_A);
    shutdown(fd, SHUT_WR);
    for (unsigned i = 0; i < 30; i++)
        ck_assert_str_eq(tcp_read(fd, i), i % 3 == 0   ? "rcode=0 tc=0 aa=1 n=1 192.0.2.1"
                                          : i % 3 == 1 ? "rcode=0 tc=0 aa=1 n=1 10.1.2.3"
                                                       : "rcode=0 tc=0 aa=1 n=1 10.1.2.4");
    ck_assert_str_eq(tcp_read(fd, 0), "");
}
END_TEST

START_TEST(byte_by_byte)
{
    uint8_t msg[600];
    size_t len = dns_fake_query(msg + 2, sizeof(msg) - 2, 5, "db", DNS_A, 0);
    AUTO_FD int fd = dial(SOCK_STREAM);
    int one = 1;

    msg[0] = 0;
    msg[1] = (uint8_t)len;
    setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof(one));
    for (size_t i = 0; i < len + 2; i++)
        ck_assert_int_eq(send(fd, msg + i, 1, 0), 1);
    ck_assert_str_eq(tcp_read(fd, 5), "rcode=0 tc=0 aa=1 n=1 10.1.2.3");
}
END_TEST

START_TEST(oversized_message_closes)
{
    AUTO_FD int fd = dial(SOCK_STREAM);

    ck_assert_int_eq(send(fd, "\xff\xff", 2, 0), 2);
    ck_assert_str_eq(tcp_read(fd, 0), "");
}
END_TEST

static bool is_closed(int fd)
{
    char c;

    return recv(fd, &c, 1, 0) == 0 || errno == ECONNRESET;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A connection that says a byte now and then is closed after ten seconds like a silent one, and so
 * is one that has had its forwarded answer; UDP does not care. */
START_TEST(slow_connections_end)
{
    double begin = seconds();
    int slow = dial(SOCK_STREAM);
    int idle = dial(SOCK_STREAM);
    int served = dial(SOCK_STREAM);
    struct pollfd p = { .fd = slow, .events = POLLIN };

    tcp_send(served, 1, "ok.example", DNS_A);
    ck_assert_str_eq(tcp_read(served, 1), "rcode=0 tc=0 aa=1 n=1 192.0.2.1");
    ck_assert_int_eq(send(slow, "\x00\x40", 2, 0), 2);
    while (poll(&p, 1, 1000) == 0 && seconds() - begin < 30)
        send(slow, "x", 1, MSG_NOSIGNAL);
    ck_assert_msg(p.revents && seconds() - begin > 9.9, "%f s", seconds() - begin);
    ck_assert(is_closed(slow));
    ck_assert(is_closed(idle));
    ck_assert(is_closed(served));
    close(slow);
    close(idle);
    close(served);
}
END_TEST

START_TEST(connections_are_limited)
{
    int fd[40];
    int open_ones = 0;

    for (int i = 0; i < 40; i++) {
        fd[i] = dial(SOCK_STREAM);
        tcp_send(fd[i], 1, "db", DNS_A);
    }
    for (int i = 0; i < 40; i++)
        open_ones += *tcp_read(fd[i], 1) != '\0';
    ck_assert_int_eq(open_ones, 32);
    ck_assert_str_eq(ask("db", DNS_A), "rcode=0 tc=0 aa=1 n=1 10.1.2.3");
    for (int i = 0; i < 40; i++)
        close(fd[i]);
    while (!*ask_tcp("db", DNS_A)) /* until it has noticed that they are gone */
        usleep(10000);
    ck_assert_str_eq(ask_tcp("db", DNS_A), "rcode=0 tc=0 aa=1 n=1 10.1.2.3");
}
END_TEST

/* The client goes while its query is being forwarded. */
START_TEST(client_vanishes)
{
    for (uint16_t i = 0; i < 50; i++) {
        int fd = dial(SOCK_STREAM);
        struct linger reset = { 1, 0 };
        tcp_send(fd, i, "silent.example", DNS_A);
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        close(fd);
    }
    ck_assert_str_eq(ask_tcp("db", DNS_A), "rcode=0 tc=0 aa=1 n=1 10.1.2.3");
}
END_TEST

/* While the server's buffer is full a datagram is lost, and the client asks again. */
static const char *ask_patiently(const char *name, uint16_t type)
{
    uint8_t msg[4096];
    size_t len = dns_fake_query(msg, sizeof(msg), 78, name, type, 0);
    AUTO_FD int fd = dial(SOCK_DGRAM);
    struct pollfd p = { .fd = fd, .events = POLLIN };

    do {
        ck_assert_int_eq(send(fd, msg, len, 0), (ssize_t)len);
    } while (poll(&p, 1, 1000) == 0);
    ssize_t n = recv(fd, msg, sizeof(msg), 0);
    ck_assert_msg(n > 0, "%s: %m", name);
    return dns_fake_text(msg, (size_t)n);
}

/* Every cut of a query, every byte of it changed, and noise: whatever comes back, the server goes
 * on. */
START_TEST(malformed)
{
    uint8_t good[600];
    uint8_t bad[600];
    size_t len = dns_fake_query(good, sizeof(good), 1, "db.app", DNS_A, 1232);
    AUTO_FD int fd = dial(SOCK_DGRAM);
    unsigned seed = 1;

    for (size_t cut = 0; cut < len; cut++)
        send(fd, good, cut, 0);
    for (size_t at = 0; at < len; at++) {
        for (unsigned v = 0; v < 256; v += 5) {
            memcpy(bad, good, len);
            bad[at] = (uint8_t)v;
            send(fd, bad, len, MSG_DONTWAIT);
        }
        usleep(1000);
        while (recv(fd, bad, sizeof(bad), MSG_DONTWAIT) > 0)
            ;
    }
    for (int i = 0; i < 2000; i++) {
        for (size_t k = 0; k < sizeof(bad); k++)
            bad[k] = (uint8_t)(rand_r(&seed) >> 7);
        bad[2] &= 0x07;
        bad[4] = bad[6] = bad[7] = bad[8] = bad[9] = 0;
        bad[5] = 1;
        send(fd, bad, 12 + (size_t)i % 500, MSG_DONTWAIT);
        if (i % 50 == 0)
            usleep(1000);
    }
    for (int i = 0; i < 60; i++) {
        AUTO_FD int tcp = dial(SOCK_STREAM);
        memcpy(bad + 2, good, len);
        bad[0] = 0;
        bad[1] = (uint8_t)len;
        bad[2 + (size_t)i % len] ^= (uint8_t)(1 + i);
        send(tcp, bad, len + 2, MSG_NOSIGNAL);
    }
    while (!*ask_tcp("db", DNS_A))
        usleep(10000);
    ck_assert_str_eq(ask_patiently("db", DNS_A), "rcode=0 tc=0 aa=1 n=1 10.1.2.3");
}
END_TEST

START_TEST(port_taken)
{
    int first = dial(SOCK_DGRAM);
    struct loop *loop;
    struct dns *dns;
    char *networks[] = { (char[]){ "app" }, NULL };
    const struct dns_want want = { &netns_place, ns, networks, NULL };

    unit_ok(loop_new(&loop, &e), &e);
    unit_ok(dns_start(loop, &want, &dns, &e), &e);
    ck_assert_uint_ne(dns_udp_port(dns), 40053);
    ck_assert_uint_ne(dns_tcp_port(dns), 40053);
    dns_stop(dns);
    loop_free(loop);
    close(first);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("dns");

    if (!netns_possible())
        return 77;
    tcase_add_checked_fixture(t, start, stop);
    tcase_add_loop_test(t, answers, 0, (int)ARRAY_LEN(rows));
    tcase_add_test(t, nobody_outside);
    tcase_add_test(t, silent_upstream_is_servfail);
    tcase_add_test(t, truncation);
    tcase_add_test(t, pipelining);
    tcase_add_test(t, byte_by_byte);
    tcase_add_test(t, oversized_message_closes);
    tcase_add_test(t, slow_connections_end);
    tcase_add_test(t, connections_are_limited);
    tcase_add_test(t, client_vanishes);
    tcase_add_test(t, malformed);
    tcase_add_test(t, port_taken);
    return unit_run(t);
}
