/* SPDX-License-Identifier: MIT */
/* Leases: allocation, exhaustion, requests, release, and all of it from many processes at once. */
#include "base/proc.h"
#include "base/str.h"
#include "net/lease.h"
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct err e;

static struct lease_pool pool_of(const char *subnet, const char *range)
{
    struct lease_pool p = { .network = "app" };

    unit_ok(ip_parse_net(subnet, &p.subnet, &e), &e);
    unit_ok(ip_parse_net(range ? range : subnet, &p.range, &e), &e);
    p.gateway = ip_from_u32(ip_to_u32(&p.subnet.addr) + 1);
    return p;
}

static const char *id_of(unsigned n)
{
    static char id[65];

    snprintf(id, sizeof(id), "%064x", n * 2654435761u);
    return id;
}

static int take(const struct lease_pool *p, unsigned n, const char *want, char *ret_ip)
{
    struct lease l = { .id = (char *)(uintptr_t)id_of(n), .name = (char[]){ "web" } };
    struct ip_addr a;
    struct ip_addr asked;

    if (want)
        unit_ok(ip_parse(want, &asked, &e), &e);
    int r = lease_take(unit_dirfd, p, &l, want ? &asked : NULL, &a, &e);
    if (r >= 0 && ret_ip)
        ip_text(&a, ret_ip);
    return r;
}

START_TEST(record_is_whole)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);
    CLEANUP(lease) struct lease l = { 0 };
    struct lease none;
    char ip[IP_TEXT_MAX];
    char mac[IP_MAC_TEXT_MAX];
    uint8_t bytes[6];
    struct ip_addr a;
    struct stat st;

    unit_ok(take(&p, 1, NULL, ip), &e);
    unit_ok(lease_read(unit_dirfd, ip, &l, &e), &e);
    ck_assert_str_eq(l.id, id_of(1));
    ck_assert_str_eq(l.name, "web");
    unit_ok(ip_parse(ip, &a, &e), &e);
    ip_mac_of(&a, bytes);
    ck_assert_str_eq(l.mac, ip_mac_text(bytes, mac));
    ck_assert_int_eq(fstatat(unit_dirfd, ip, &st, 0), 0);
    ck_assert_int_eq(st.st_nlink, 1);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    unit_fails(lease_read(unit_dirfd, "10.1.2.99", &none, &e), ERR_NOT_FOUND, &e);
    unit_fails(lease_read(unit_dirfd, ".tmp-1", &none, &e), ERR_NOT_FOUND, &e);
}
END_TEST

START_TEST(pool_is_used_up_exactly)
{
    struct lease_pool p = pool_of("10.1.2.0/29", NULL); /* .2 to .6 */
    char ip[IP_TEXT_MAX];

    for (unsigned i = 0; i < 5; i++)
        unit_ok(take(&p, i, NULL, ip), &e);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 5);
    for (int host = 0; host < 8; host++) {
        bool given = host >= 2 && host <= 6;
        snprintf(ip, sizeof(ip), "10.1.2.%d", host);
        ck_assert_int_eq(faccessat(unit_dirfd, ip, F_OK, 0), given ? 0 : -1);
    }
    unit_fails(take(&p, 9, NULL, ip), ERR_LIMIT, &e);
    ck_assert_msg(strstr(e.msg, "no available IPv4 addresses on this network's address pools"),
                  "%s", e.msg);
}
END_TEST

START_TEST(range_limits_the_choice)
{
    struct lease_pool p = pool_of("10.1.2.0/24", "10.1.2.128/30");
    char ip[IP_TEXT_MAX];

    for (unsigned i = 0; i < 4; i++) {
        unit_ok(take(&p, i, NULL, ip), &e);
        ck_assert_msg(str_starts(ip, "10.1.2.12") || str_starts(ip, "10.1.2.13"), "%s", ip);
    }
    unit_fails(take(&p, 5, NULL, ip), ERR_LIMIT, &e);
    unit_ok(take(&p, 6, "10.1.2.7", NULL), &e); /* a request may lie outside of the range */
}
END_TEST

START_TEST(requests)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);
    static const char *const bad[] = { "10.1.2.0", "10.1.2.1", "10.1.2.255", "10.1.3.7",
                                       "fd00::7" };

    unit_ok(take(&p, 1, "10.1.2.7", NULL), &e);
    unit_fails(take(&p, 2, "10.1.2.7", NULL), ERR_IN_USE, &e);
    ck_assert_msg(str_starts(e.msg, "Address already in use"), "%s", e.msg);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        unit_fails(take(&p, 2, bad[i], NULL), ERR_INVALID, &e);
    unit_fails(take(&p, 2, "10.1.3.7", NULL), ERR_INVALID, &e);
    ck_assert_msg(strstr(e.msg, "no configured subnet contains the IP address 10.1.3.7"), "%s",
                  e.msg);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 1);
}
END_TEST

START_TEST(addresses_rest_and_return)
{
    struct lease_pool p = pool_of("10.1.0.0/20", NULL);
    char first[IP_TEXT_MAX];
    char again[IP_TEXT_MAX];
    char other[IP_TEXT_MAX];

    unit_ok(take(&p, 1, NULL, first), &e);
    ck_assert_int_eq(lease_release(unit_dirfd, first, id_of(1), &e), 1);
    unit_ok(take(&p, 2, NULL, other), &e);
    unit_ok(take(&p, 1, NULL, again), &e);
    ck_assert_str_ne(first, other);
    ck_assert_str_eq(first, again);
}
END_TEST

START_TEST(release_is_the_owners)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);
    char ip[IP_TEXT_MAX];

    unit_ok(take(&p, 1, NULL, ip), &e);
    ck_assert_int_eq(lease_release(unit_dirfd, ip, id_of(2), &e), 0);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 1);
    ck_assert_int_eq(lease_release(unit_dirfd, ip, id_of(1), &e), 1);
    ck_assert_int_eq(lease_release(unit_dirfd, ip, id_of(1), &e), 0);

    unit_ok(take(&p, 1, "10.1.2.9", NULL), &e);
    unit_ok(take(&p, 2, "10.1.2.10", NULL), &e);
    unit_ok(take(&p, 1, "10.1.2.11", NULL), &e);
    ck_assert_int_eq(lease_release_all(unit_dirfd, id_of(1), "10.1.2.10", &e), 2);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 1);
    ck_assert_int_eq(lease_release_all(unit_dirfd, id_of(2), "10.1.2.10", &e), 1);
    ck_assert_int_eq(lease_release_all(unit_dirfd, id_of(2), NULL, &e), 0);
}
END_TEST

/* A releaser that read the old owner's file must not remove the new owner's. */
START_TEST(release_does_not_hit_the_next_owner)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    CLEANUP(lease) struct lease l = { 0 };
    int status = -1;

    unit_ok(take(&p, 1, "10.1.2.7", NULL), &e);
    int fd = openat(unit_dirfd, "10.1.2.7", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fcntl(fd, F_OFD_SETLKW, &whole), 0);
    pid_t late = fork();
    if (late == 0) {
        close(fd);
        _exit(lease_release(unit_dirfd, "10.1.2.7", id_of(1), &e));
    }
    while (proc_state(late) != 'S') /* until it waits for the lock */
        usleep(1000);
    ck_assert_int_eq(unlinkat(unit_dirfd, "10.1.2.7", 0), 0);
    unit_ok(take(&p, 2, "10.1.2.7", NULL), &e);
    close(fd);
    ck_assert_int_eq(waitpid(late, &status, 0), late);
    ck_assert_int_eq(status, 0);
    unit_ok(lease_read(unit_dirfd, "10.1.2.7", &l, &e), &e);
    ck_assert_str_eq(l.id, id_of(2));
}
END_TEST

START_TEST(an_alias_is_not_an_owner)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);
    char other[65];
    struct ip_addr a;

    snprintf(other, sizeof(other), "%s", id_of(2));
    char *aliases[] = { other, NULL };
    struct lease l = { .id = (char *)(uintptr_t)id_of(1), .aliases = aliases };
    unit_ok(lease_take(unit_dirfd, &p, &l, NULL, &a, &e), &e);
    ck_assert_int_eq(lease_release_all(unit_dirfd, id_of(2), NULL, &e), 0);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 1);
}
END_TEST

START_TEST(foreign_files_are_left_alone)
{
    int fd = openat(unit_dirfd, "10.1.2.5", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    dprintf(fd, "{\"id\": \"%s\", damaged", id_of(1));
    close(fd);
    ck_assert_int_eq(symlinkat("/etc/passwd", unit_dirfd, "10.1.2.6"), 0);
    ck_assert_int_eq(lease_release_all(unit_dirfd, id_of(1), NULL, &e), 0);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 2);
}
END_TEST

static int count_one(const char *ip, const struct lease *l, void *arg, struct err *err)
{
    ck_assert_ptr_nonnull(l->id);
    ck_assert_str_eq(l->name, "web");
    return ++*(int *)arg == 3 ? 42 : 0;
}

START_TEST(walk)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);
    int n = 0;

    for (unsigned i = 0; i < 5; i++)
        unit_ok(take(&p, i, NULL, NULL), &e);
    ck_assert_int_eq(mkdirat(unit_dirfd, ".hidden", 0700), 0);
    ck_assert_int_eq(lease_each(unit_dirfd, count_one, &n, &e), 42);
    ck_assert_int_eq(n, 3);
}
END_TEST

/* Waits for n children; each must have ended well. */
static void wait_all(int n)
{
    for (int i = 0; i < n; i++) {
        int status = -1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_msg(status == 0, "child: %d", status);
    }
}

START_TEST(a_hundred_at_once)
{
    struct lease_pool p = pool_of("10.1.2.0/25", NULL); /* 125 to give: collisions are certain */
    atomic_int *go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char(*ips)[IP_TEXT_MAX] =
        mmap(NULL, 100 * IP_TEXT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    for (unsigned i = 0; i < 100; i++) {
        if (fork() == 0) {
            while (!atomic_load(go))
                sched_yield();
            _exit(take(&p, i, NULL, ips[i]) < 0);
        }
    }
    atomic_store(go, 1);
    wait_all(100);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 100);
    for (unsigned i = 0; i < 100; i++) {
        CLEANUP(lease) struct lease l = { 0 };
        for (unsigned j = 0; j < i; j++)
            ck_assert_str_ne(ips[i], ips[j]);
        unit_ok(lease_read(unit_dirfd, ips[i], &l, &e), &e);
        ck_assert_str_eq(l.id, id_of(i));
    }
}
END_TEST

/* Four processes take and release one and the same address; a fifth reads: it never sees half a
 * record, and no release ever hits another's lease. */
START_TEST(one_address_many_owners)
{
    struct lease_pool p = pool_of("10.1.2.0/24", NULL);

    for (unsigned c = 0; c < 4; c++) {
        if (fork() == 0) {
            for (int i = 0; i < 300; i++) {
                if (take(&p, c, "10.1.2.7", NULL) < 0)
                    continue;
                /* A second releaser, as a repair would be. */
                pid_t twin = i % 20 ? -1 : fork();
                int n = lease_release_all(unit_dirfd, id_of(c), NULL, &e);
                if (twin == 0)
                    _exit(n);
                int status = 0;
                if (twin > 0) {
                    waitpid(twin, &status, 0);
                    n += WEXITSTATUS(status);
                }
                if (n != 1)
                    _exit(2);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 2000; i++) {
        CLEANUP(lease) struct lease l = { 0 };
        int r = lease_read(unit_dirfd, "10.1.2.7", &l, &e);
        ck_assert_msg(r == 0 || r == -ERR_NOT_FOUND, "%s", e.msg);
    }
    wait_all(4);
    ck_assert_int_eq(lease_count(unit_dirfd, &e), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("lease");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, record_is_whole);
    tcase_add_test(t, pool_is_used_up_exactly);
    tcase_add_test(t, range_limits_the_choice);
    tcase_add_test(t, requests);
    tcase_add_test(t, addresses_rest_and_return);
    tcase_add_test(t, release_is_the_owners);
    tcase_add_test(t, release_does_not_hit_the_next_owner);
    tcase_add_test(t, an_alias_is_not_an_owner);
    tcase_add_test(t, foreign_files_are_left_alone);
    tcase_add_test(t, walk);
    tcase_add_test(t, a_hundred_at_once);
    tcase_add_test(t, one_address_many_owners);
    return unit_run(t);
}
