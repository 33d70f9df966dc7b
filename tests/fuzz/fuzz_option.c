/* SPDX-License-Identifier: MIT */
/* Fuzzes the grammars of option values: the first byte chooses one, the rest is its text. */
#include "base/str.h"
#include "cli/term.h"
#include "engine/parse_env.h"
#include "engine/parse_limit.h"
#include "engine/parse_mount.h"
#include "engine/parse_net.h"
#include "engine/parse_security.h"

static void mount(const char *text, struct err *e)
{
    static int (*const parsers[])(const char *, struct mount_spec *,
                                  struct err *) = { parse_mount, parse_mount_volume,
                                                    parse_mount_tmpfs };

    for (size_t i = 0; i < ARRAY_LEN(parsers); i++) {
        CLEANUP(mount_spec) struct mount_spec m = { 0 };
        if (parsers[i](text, &m, e) >= 0 && (!m.target || m.target[0] != '/' || !m.target[1]))
            abort();
    }
}

static void device(const char *text, struct err *e)
{
    CLEANUP(device_spec) struct device_spec d = { 0 };

    parse_mount_device(text, &d, e);
}

static void network(const char *text, struct err *e)
{
    CLEANUP(network_spec) struct network_spec n = { 0 };

    if (parse_net(text, &n, e) >= 0 && str_empty(n.name))
        abort();
}

static void host(const char *text, struct err *e)
{
    CLEANUP(host_spec) struct host_spec h = { 0 };

    parse_net_host(text, &h, e);
}

static void words(const char *text, struct err *e)
{
    struct ulimit_spec u;
    struct port_spec p;
    uint8_t mac[6];

    if (parse_limit_ulimit(text, &u, e) >= 0 && u.soft > u.hard)
        abort();
    if (parse_net_port(text, &p, e) >= 0 && (p.first == 0 || p.last < p.first))
        abort();
    parse_net_mac(text, mac, e);
    parse_net_address(text, e);
    parse_net_domain(text, e);
}

static void security(const char *text, struct err *e)
{
    AUTO_STRV char **v = strv_split(text, '\n', false);
    AUTO_STRV char **env = NULL;
    AUTO_STRV char **labels = NULL;
    struct security_spec s;

    parse_security(v, &s, e);
    parse_env(NULL, v, NULL, &env, e);
    parse_env_labels(NULL, v, &labels, e);
}

static void limits(const char *text, struct err *e)
{
    const struct run_args args = { .cpuset_cpus = text };
    struct limit_spec l;

    parse_limit(&args, &l, e);
}

static void keys(const char *text, struct err *e)
{
    struct term_keys k;

    if (term_keys_parse(text, &k, e) >= 0 && (k.len == 0 || k.len > TERM_KEYS_MAX))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const grammars[])(const char *text, struct err *e) = { mount,  device, network,
                                                                         host,   words,  security,
                                                                         limits, keys };
    struct err e = ERR_INIT;

    if (size == 0)
        return 0;
    char *text = strndup((const char *)data + 1, size - 1);
    if (text)
        grammars[data[0] % ARRAY_LEN(grammars)](text, &e);
    free(text);
    return 0;
}
