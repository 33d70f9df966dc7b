/* SPDX-License-Identifier: MIT */
/* /etc/hosts and /etc/hostname. */
#include "net/hosts.h"
#include "tests/unit/unit.h"

#include <string.h>

#define LOCALHOST                                                                                  \
    "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\n"      \
    "ff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"

static struct err e;

static struct ip_addr addr_of(const char *s)
{
    struct ip_addr a;

    unit_ok(ip_parse(s, &a, &e), &e);
    return a;
}

START_TEST(own_lines)
{
    AUTO_BUF struct buf b = { 0 };
    struct ip_addr own[] = { addr_of("10.1.2.3"), addr_of("10.4.5.6") };
    struct hosts_want want = { .hostname = "web", .addresses = own, .n_addresses = 2 };

    unit_ok(hosts_file(&want, &b, &e), &e);
    ck_assert_str_eq(b.data, LOCALHOST "10.1.2.3\tweb\n10.4.5.6\tweb\n");
    buf_reset(&b);
    want.domainname = "example.org";
    want.n_addresses = 1;
    unit_ok(hosts_file(&want, &b, &e), &e);
    ck_assert_str_eq(b.data, LOCALHOST "10.1.2.3\tweb.example.org web\n");
    buf_reset(&b);
    want.domainname = NULL;
    want.hostname = "db.example.org";
    unit_ok(hosts_file(&want, &b, &e), &e);
    ck_assert_str_eq(b.data, LOCALHOST "10.1.2.3\tdb.example.org db\n");
}
END_TEST

START_TEST(added_hosts)
{
    AUTO_BUF struct buf b = { 0 };
    struct ip_addr own = addr_of("10.1.2.3");
    struct ip_addr gateway = addr_of("10.1.2.1");
    char *extra[] = { (char[]){ "a:1.2.3.4" }, (char[]){ "b=fd00::1" }, (char[]){ "c:[fd00::2]" },
                      (char[]){ "h:host-gateway" }, NULL };
    struct hosts_want want = { .hostname = "web",
                               .addresses = &own,
                               .n_addresses = 1,
                               .extra = extra,
                               .host_gateway = &gateway };

    unit_ok(hosts_file(&want, &b, &e), &e);
    ck_assert_str_eq(b.data, LOCALHOST "1.2.3.4\ta\nfd00::1\tb\nfd00::2\tc\n10.1.2.1\th\n"
                                       "10.1.2.3\tweb\n");
    want.host_gateway = NULL;
    unit_fails(hosts_file(&want, &b, &e), ERR_INVALID, &e);
    ck_assert_msg(strstr(e.msg, "host-gateway"), "%s", e.msg);
}
END_TEST

START_TEST(bad_added_hosts)
{
    static const char *const bad[] = {
        "", "a", "a:", ":1.2.3.4", "a:1.2.3", "a b:1.2.3.4", "a:1.2.3.4\n6.6.6.6 evil", "a:[1.2.3.4"
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        unit_fails(hosts_check_extra(bad[i], &e), ERR_INVALID, &e);
    unit_fails(hosts_check_extra("a:zz", &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "invalid IP address in add-host: \"zz\"");
    unit_ok(hosts_check_extra("a:host-gateway", &e), &e);
    unit_ok(hosts_check_extra("a:::1", &e), &e);
}
END_TEST

START_TEST(hosts_own_file)
{
    AUTO_BUF struct buf b = { 0 };
    char *extra[] = { (char[]){ "a:1.2.3.4" }, NULL };
    struct hosts_want want = { .hostname = "web", .extra = extra };

    unit_ok(hosts_file_host(&want, "127.0.0.1 localhost\n9.9.9.9 dns", &b, &e), &e);
    ck_assert_str_eq(b.data, "127.0.0.1 localhost\n9.9.9.9 dns\n1.2.3.4\ta\n");
    buf_reset(&b);
    unit_ok(hosts_file_host(&want, NULL, &b, &e), &e);
    ck_assert_str_eq(b.data, LOCALHOST "1.2.3.4\ta\n");
}
END_TEST

START_TEST(hostname)
{
    AUTO_BUF struct buf b = { 0 };

    hosts_hostname("web", &b);
    ck_assert_str_eq(b.data, "web\n");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("hosts");

    tcase_add_test(t, own_lines);
    tcase_add_test(t, added_hosts);
    tcase_add_test(t, bad_added_hosts);
    tcase_add_test(t, hosts_own_file);
    tcase_add_test(t, hostname);
    return unit_run(t);
}
