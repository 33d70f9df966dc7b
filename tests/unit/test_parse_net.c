/* SPDX-License-Identifier: MIT */
/* The grammars of --network, --add-host, --dns, --dns-search, --expose and --mac-address. */
#include "base/str.h"
#include "engine/parse_net.h"
#include "tests/unit/unit.h"

static const struct {
    const char *text;
    const char *want; /* "mode name ip ip6 mac ifname aliases", or "!" and part of the error */
} networks[] = {
    { "app", "0 app - - - - -" },
    { "bridge", "0 bridge - - - - -" },
    { "default", "0 bridge - - - - -" },
    { "none", "1 none - - - - -" },
    { "host", "2 host - - - - -" },
    { "container:web", "3 web - - - - -" },
    { "app:ip=10.1.2.3,alias=db,alias=sql", "0 app 10.1.2.3 - - - db,sql" },
    { "name=app,alias=db,ip=10.1.2.3,ip6=fd00::1", "0 app 10.1.2.3 fd00::1 - - db" },
    { "app:mac=02:42:ac:11:00:02,interface_name=eth7", "0 app - - 02:42:ac:11:00:02 eth7 -" },
    { "", "!a network's name is required" },
    { "alias=db", "!a network's name is required" },
    { "container:", "!expected container:NAME" },
    { "app:ip=300.1.1.1", "!\"300.1.1.1\" is not an IPv4 address" },
    { "app:ip=fd00::1", "!is not an IPv4 address" },
    { "app:ip6=10.0.0.1", "!is not an IPv6 address" },
    { "app:mac=02:42", "!is not a MAC address" },
    { "app:interface_name=a-name-that-is-too-long", "!cannot name an interface" },
    { "app:interface_name=a/b", "!cannot name an interface" },
    { "app:bogus=1", "!unknown option \"bogus\"" },
    { "app:ip", "!ip needs a value" },
    { "app:alias=", "!an alias is empty" },
    { "host:ip=10.0.0.1", "!network \"host\" takes no options" },
};

static const char *or_dash(const char *s)
{
    return s && *s ? s : "-";
}

START_TEST(parses_networks)
{
    struct network_spec n = { 0 };
    struct err e = ERR_INIT;
    int r = parse_net(networks[_i].text, &n, &e);

    if (networks[_i].want[0] == '!') {
        ck_assert_int_eq(r, -ERR_INVALID);
        ck_assert_msg(strstr(e.msg, networks[_i].want + 1), "%s", e.msg);
        return;
    }
    ck_assert_msg(r == 0, "%s", e.msg);
    AUTO_FREE char *aliases = strv_join(n.aliases, ",");
    AUTO_FREE char *got =
        str_fmt("%d %s %s %s %s %s %s", n.mode, n.name, or_dash(n.ip), or_dash(n.ip6),
                or_dash(n.mac), or_dash(n.ifname), or_dash(aliases));
    ck_assert_str_eq(got, networks[_i].want);
    parse_net_free(&n);
}
END_TEST

static const struct {
    const char *text;
    const char *name; /* NULL: refused */
    const char *ip;
} hosts[] = {
    { "db:10.0.0.1", "db", "10.0.0.1" },
    { "db=10.0.0.1", "db", "10.0.0.1" },
    { "db:::1", "db", "::1" },
    { "db:[fd00::1]", "db", "fd00::1" },
    { "db=fd00::1", "db", "fd00::1" },
    { "up:host-gateway", "up", NULL },
    { "db", NULL, NULL },
    { "db:", NULL, NULL },
    { ":10.0.0.1", NULL, NULL },
    { "db:1.2.3", NULL, NULL },
    { "db:[fd00::1", NULL, NULL },
};

START_TEST(parses_hosts)
{
    struct host_spec h = { 0 };
    struct err e = ERR_INIT;
    int r = parse_net_host(hosts[_i].text, &h, &e);

    ck_assert_int_eq(r, hosts[_i].name ? 0 : -ERR_INVALID);
    if (r < 0)
        return;
    ck_assert_str_eq(h.name, hosts[_i].name);
    ck_assert_pstr_eq(h.ip, hosts[_i].ip);
    ck_assert_int_eq(h.gateway, !hosts[_i].ip);
    parse_net_host_free(&h);
}
END_TEST

static int mac(const char *text, struct err *e)
{
    uint8_t bytes[6];
    return parse_net_mac(text, bytes, e);
}

static const struct {
    int (*parse)(const char *text, struct err *e);
    const char *text;
    bool good;
} words[] = {
    { parse_net_address, "8.8.8.8", true },
    { parse_net_address, "::1", true },
    { parse_net_address, "fe80::1%eth0", true },
    { parse_net_address, "fe80::1%", false },
    { parse_net_address, "8.8.8.8%eth0", false },
    { parse_net_address, "8.8.8", false },
    { parse_net_address, "dns.example", false },
    { parse_net_address, "", false },
    { parse_net_domain, "example.com", true },
    { parse_net_domain, "example.com.", true },
    { parse_net_domain, "_tcp.a-b.c", true },
    { parse_net_domain, ".", true },
    { parse_net_domain, "", false },
    { parse_net_domain, "..", false },
    { parse_net_domain, "a..b", false },
    { parse_net_domain, "-a.b", false },
    { parse_net_domain, "a-.b", false },
    { parse_net_domain, "a b", false },
    { parse_net_domain, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    { mac, "02:42:ac:11:00:02", true },
    { mac, "02-42-AC-11-00-02", true },
    { mac, "01:42:ac:11:00:02", false },
    { mac, "02:42:ac:11:00", false },
    { mac, "02:42:ac:11:00:02:03", false },
    { mac, "02:42:ac:11:00:0g", false },
    { mac, "", false },
};

START_TEST(parses_words)
{
    struct err e = ERR_INIT;
    int r = words[_i].parse(words[_i].text, &e);

    ck_assert_msg(r == (words[_i].good ? 0 : -ERR_INVALID), "%s: %d", words[_i].text, r);
}
END_TEST

static const struct {
    const char *text;
    int first; /* 0: refused */
    int last;
    const char *proto;
} ports[] = {
    { "80", 80, 80, "tcp" },
    { "53/UDP", 53, 53, "udp" },
    { "7000-7010/sctp", 7000, 7010, "sctp" },
    { "1-65535", 1, 65535, "tcp" },
    { "0", 0, 0, NULL },
    { "65536", 0, 0, NULL },
    { "80/http", 0, 0, NULL },
    { "90-80", 0, 0, NULL },
    { "-80", 0, 0, NULL },
    { "80-", 0, 0, NULL },
    { "", 0, 0, NULL },
    { "80/", 0, 0, NULL },
};

START_TEST(parses_ports)
{
    struct port_spec p;
    struct err e = ERR_INIT;
    int r = parse_net_port(ports[_i].text, &p, &e);

    ck_assert_int_eq(r, ports[_i].first ? 0 : -ERR_INVALID);
    if (r < 0)
        return;
    ck_assert_int_eq(p.first, ports[_i].first);
    ck_assert_int_eq(p.last, ports[_i].last);
    ck_assert_str_eq(p.proto, ports[_i].proto);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("parse_net");

    tcase_add_loop_test(t, parses_networks, 0, (int)ARRAY_LEN(networks));
    tcase_add_loop_test(t, parses_hosts, 0, (int)ARRAY_LEN(hosts));
    tcase_add_loop_test(t, parses_words, 0, (int)ARRAY_LEN(words));
    tcase_add_loop_test(t, parses_ports, 0, (int)ARRAY_LEN(ports));
    return unit_run(t);
}
