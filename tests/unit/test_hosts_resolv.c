/* SPDX-License-Identifier: MIT */
/* resolv.conf: reading the host's, writing the container's. */
#include "base/str.h"
#include "net/hosts.h"
#include "tests/unit/unit.h"

#define HOST                                                                                       \
    "# comment\n; another\nnameserver 127.0.0.53\nnameserver  10.0.0.2 \nnameserver ::1\n"         \
    "nameserver fe80::1%eth0\nsearch old.example\nsearch corp.example  lan\n"                      \
    "options edns0 trust-ad\n options timeout:1\nsortlist 1.2.3.4\nnameserver\n"

static struct err e;

START_TEST(read_host)
{
    struct hosts_resolvers r;

    unit_ok(hosts_resolv_parse(HOST, &r, &e), &e);
    AUTO_FREE char *servers = strv_join(r.nameservers, " ");
    AUTO_FREE char *search = strv_join(r.search, " ");
    AUTO_FREE char *options = strv_join(r.options, " ");
    ck_assert_str_eq(servers, "127.0.0.53 10.0.0.2 ::1 fe80::1%eth0");
    ck_assert_str_eq(search, "corp.example lan");
    ck_assert_str_eq(options, "edns0 trust-ad timeout:1");
    hosts_resolv_free(&r);
    unit_ok(hosts_resolv_parse(NULL, &r, &e), &e);
    ck_assert_ptr_null(r.nameservers);
    unit_ok(hosts_resolv_parse("domain a.example\r\n", &r, &e), &e);
    ck_assert_str_eq(r.search[0], "a.example");
    hosts_resolv_free(&r);
}
END_TEST

START_TEST(with_our_dns)
{
    AUTO_BUF struct buf b = { 0 };
    struct hosts_resolv want = { 0 };

    unit_ok(hosts_resolv_dns(&want, HOST, &b, &e), &e);
    ck_assert_str_eq(b.data, "nameserver 127.0.0.11\nsearch corp.example lan\n"
                             "options edns0 trust-ad timeout:1 ndots:0\n");
    buf_reset(&b);
    unit_ok(hosts_resolv_dns(&want, NULL, &b, &e), &e);
    ck_assert_str_eq(b.data, "nameserver 127.0.0.11\noptions ndots:0\n");
}
END_TEST

START_TEST(flags_win)
{
    AUTO_BUF struct buf b = { 0 };
    char *dns[] = { (char[]){ "127.0.0.1" }, NULL };
    char *search[] = { (char[]){ "a.example" }, NULL };
    char *no_search[] = { (char[]){ "." }, NULL };
    char *options[] = { (char[]){ "ndots:3" }, NULL };
    struct hosts_resolv want = { .dns = dns, .search = search, .options = options };

    /* --dns is what our server forwards to; the container still asks our server. */
    unit_ok(hosts_resolv_dns(&want, HOST, &b, &e), &e);
    ck_assert_str_eq(b.data, "nameserver 127.0.0.11\nsearch a.example\noptions ndots:3\n");
    buf_reset(&b);
    want.search = no_search;
    unit_ok(hosts_resolv_copy(&want, HOST, true, &b, &e), &e);
    ck_assert_str_eq(b.data, "nameserver 127.0.0.1\noptions ndots:3\n");
}
END_TEST

START_TEST(copy_of_the_hosts)
{
    AUTO_BUF struct buf b = { 0 };
    struct hosts_resolv want = { 0 };

    unit_ok(hosts_resolv_copy(&want, HOST, true, &b, &e), &e);
    ck_assert_str_eq(b.data, "nameserver 10.0.0.2\nnameserver fe80::1%eth0\n"
                             "search corp.example lan\noptions edns0 trust-ad timeout:1\n");
    buf_reset(&b);
    unit_ok(hosts_resolv_copy(&want, "nameserver 127.0.0.53\n", false, &b, &e), &e);
    ck_assert_str_eq(b.data, "nameserver 127.0.0.53\n");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("hosts_resolv");

    tcase_add_test(t, read_host);
    tcase_add_test(t, with_our_dns);
    tcase_add_test(t, flags_win);
    tcase_add_test(t, copy_of_the_hosts);
    return unit_run(t);
}
