/* SPDX-License-Identifier: MIT */
/* The zone: who is found under which name on which network, forward and backward. */
#include "base/str.h"
#include "net/dns_zone.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define ID_DB  "aaaaaaaaaaaa0000000000000000000000000000000000000000000000000001"
#define ID_WEB "bbbbbbbbbbbb0000000000000000000000000000000000000000000000000002"

static struct err e;
static struct net_place place;
static char *networks[] = { (char[]){ "app" }, (char[]){ "back.end" }, (char[]){ "empty" }, NULL };
static const struct dns_zone zone = { &place, networks };

static void put(const char *network, const char *ip, struct lease *l)
{
    AUTO_FD int dir = -1;
    struct lease_pool pool = { .network = network };
    char text[32];
    struct ip_addr want, got;

    snprintf(text, sizeof(text), "%s/24", ip);
    *strrchr(text, '.') = '\0';
    strcat(text, ".0/24");
    unit_ok(ip_parse_net(text, &pool.subnet, &e), &e);
    pool.range = pool.subnet;
    pool.gateway = ip_from_u32(ip_to_u32(&pool.subnet.addr) + 1);
    unit_ok(ip_parse(ip, &want, &e), &e);
    unit_ok(network_lease_dir(&place, network, true, &dir, &e), &e);
    unit_ok(lease_take(dir, &pool, l, &want, &got, &e), &e);
}

static void start(void)
{
    unit_dir_make();
    place = (struct net_place){ unit_dirfd, unit_dirfd, unit_dir };
    char *aliases[] = { (char[]){ "sql" }, (char[]){ "Primary" }, NULL };
    char *shared[] = { (char[]){ "sql" }, NULL };
    put("app", "10.1.2.3",
        &(struct lease){ .id = (char[]){ ID_DB },
                         .name = (char[]){ "db" },
                         .hostname = (char[]){ "dbhost" },
                         .aliases = aliases });
    put("app", "10.1.2.4",
        &(struct lease){ .id = (char[]){ ID_WEB }, .name = (char[]){ "web" }, .aliases = shared });
    put("back.end", "10.1.3.5",
        &(struct lease){ .id = (char[]){ ID_DB }, .name = (char[]){ "db" } });
}

/* "-" not there; else the addresses in order and the reverse name. */
static const char *find_on(const struct dns_zone *z, const char *name, uint16_t cls)
{
    static char out[512];
    char text[IP_TEXT_MAX];
    struct dns_query q = { .type = DNS_A, .cls = cls };
    struct dns_found f;

    snprintf(q.name, sizeof(q.name), "%s", name);
    unit_ok(dns_zone_find(z, &q, &f, &e), &e);
    if (!f.exists)
        return "-";
    out[0] = '\0';
    for (int last = 0; last < 256; last++)
        for (size_t i = 0; i < f.n_addrs; i++)
            if (f.addrs[i].bytes[3] == last)
                strcat(strcat(out, ip_text(&f.addrs[i], text)), " ");
    return strcat(out, f.ptr);
}

static const struct {
    const char *name;
    const char *want;
} rows[] = {
    { "db", "10.1.2.3 10.1.3.5 " },
    { "DB", "10.1.2.3 10.1.3.5 " },
    { "db.app", "10.1.2.3 " },
    { "db.back.end", "10.1.3.5 " },
    { "dbhost", "10.1.2.3 " },
    { "sql", "10.1.2.3 10.1.2.4 " },
    { "primary", "10.1.2.3 " },
    { "sql.app", "10.1.2.3 10.1.2.4 " },
    { "aaaaaaaaaaaa", "10.1.2.3 10.1.3.5 " },
    { "aaaaaaaaaaaa.app", "10.1.2.3 " },
    { ID_WEB, "10.1.2.4 " },
    { "aaaaaaaaaaa", "-" },
    { "aaaaaaaaaaaa0", "-" },
    { "web.back.end", "-" },
    { "db.empty", "-" },
    { "db.other", "-" },
    { ".app", "-" },
    { "app", "-" },
    { "d", "-" },
    { "dbx", "-" },
    { "", "-" },
    { "../app/10.1.2.3", "-" },
    { "3.2.1.10.in-addr.arpa", "db.app" },
    { "5.3.1.10.in-addr.arpa", "db.back.end" },
    { "4.2.1.10.in-addr.arpa", "web.app" },
    { "9.2.1.10.in-addr.arpa", "-" },
    { "2.1.10.in-addr.arpa", "-" },
    { "3.2.1.10.in-addr.arpa.app", "-" },
    { "300.2.1.10.in-addr.arpa", "-" },
    { "x.2.1.10.in-addr.arpa", "-" },
};

START_TEST(finds)
{
    ck_assert_msg(STREQ(find_on(&zone, rows[_i].name, DNS_IN), rows[_i].want), "%s: %s",
                  rows[_i].name, find_on(&zone, rows[_i].name, DNS_IN));
}
END_TEST

START_TEST(classes)
{
    ck_assert_str_eq(find_on(&zone, "web", DNS_CLASS_ANY), "10.1.2.4 ");
    ck_assert_str_eq(find_on(&zone, "web", 3), "-"); /* CHAOS */
}
END_TEST

START_TEST(other_networks_are_not_seen)
{
    char *only[] = { (char[]){ "back.end" }, NULL };
    const struct dns_zone z = { &place, only };

    ck_assert_str_eq(find_on(&z, "db", DNS_IN), "10.1.3.5 ");
    ck_assert_str_eq(find_on(&z, "web", DNS_IN), "-");
    ck_assert_str_eq(find_on(&z, "3.2.1.10.in-addr.arpa", DNS_IN), "-");
}
END_TEST

/* No cache: the next query after a lease's end does not find it. */
START_TEST(released_names_are_gone)
{
    AUTO_FD int dir = -1;

    unit_ok(network_lease_dir(&place, "app", false, &dir, &e), &e);
    unit_ok(lease_release(dir, "10.1.2.4", ID_WEB, &e), &e);
    ck_assert_str_eq(find_on(&zone, "web", DNS_IN), "-");
    ck_assert_str_eq(find_on(&zone, "sql", DNS_IN), "10.1.2.3 ");
    ck_assert_str_eq(find_on(&zone, "4.2.1.10.in-addr.arpa", DNS_IN), "-");
}
END_TEST

/* Each of several addresses comes first now and then. */
START_TEST(rotates)
{
    struct dns_query q = { .type = DNS_A, .cls = DNS_IN, .name = "sql" };
    struct dns_found f;
    unsigned first[256] = { 0 };

    for (int i = 0; i < 200; i++) {
        unit_ok(dns_zone_find(&zone, &q, &f, &e), &e);
        ck_assert_uint_eq(f.n_addrs, 2);
        first[f.addrs[0].bytes[3]]++;
    }
    ck_assert_uint_gt(first[3], 20);
    ck_assert_uint_gt(first[4], 20);
}
END_TEST

START_TEST(at_most_64_addresses)
{
    struct dns_query q = { .type = DNS_A, .cls = DNS_IN, .name = "many" };
    char *alias[] = { (char[]){ "many" }, NULL };
    struct dns_found f;
    char ip[32];
    char id[65];

    for (unsigned i = 0; i < 70; i++) {
        snprintf(ip, sizeof(ip), "10.9.9.%u", 10 + i);
        snprintf(id, sizeof(id), "%064u", i);
        put("empty", ip, &(struct lease){ .id = id, .aliases = alias });
    }
    unit_ok(dns_zone_find(&zone, &q, &f, &e), &e);
    ck_assert_uint_eq(f.n_addrs, DNS_ZONE_ADDRS);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("dns_zone");

    tcase_add_checked_fixture(t, start, unit_dir_remove);
    tcase_add_loop_test(t, finds, 0, (int)ARRAY_LEN(rows));
    tcase_add_test(t, classes);
    tcase_add_test(t, other_networks_are_not_seen);
    tcase_add_test(t, released_names_are_gone);
    tcase_add_test(t, rotates);
    tcase_add_test(t, at_most_64_addresses);
    return unit_run(t);
}
