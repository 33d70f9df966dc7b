/* SPDX-License-Identifier: MIT */
/* hako network create: a new bridge network. */
#include "cli/cmd.h"
#include "cli/output.h"

struct create_args {
    const char *driver;
    const char *subnet;
    const char *gateway;
    const char *ip_range;
    bool internal;
    bool disable_dns;
    char **labels;
    char **options;
};

#define AT(field) OPT_AT(struct create_args, field)
static const struct opt options[] = {
    { 0, "disable-dns", OPT_FLAG, AT(disable_dns), NULL, "Answer no names on this network" },
    { 'd', "driver", OPT_STRING, AT(driver), "DRIVER", "Driver of the network (bridge)" },
    { 0, "gateway", OPT_STRING, AT(gateway), "IP", "Address of the bridge" },
    { 0, "internal", OPT_FLAG, AT(internal), NULL, "Give it no way out of the host" },
    { 0, "ip-range", OPT_STRING, AT(ip_range), "CIDR",
      "Give containers addresses of this part of the subnet" },
    { 0, "label", OPT_STRV, AT(labels), "KEY=VALUE", "Set a label" },
    { 'o', "opt", OPT_STRV, AT(options), "KEY=VALUE", "Set an option of the driver, such as mtu" },
    { 0, "subnet", OPT_STRING, AT(subnet), "CIDR", "Subnet, such as 10.44.0.0/24" },
    { 0, "attachable", OPT_FLAG, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "ipam-driver", OPT_STRING, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "ipv4", OPT_FLAG, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0, "scope", OPT_STRING, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct create_args *a = args;
    const struct network_want want = {
        .name = operands[0],
        .driver = a->driver,
        .subnet = a->subnet,
        .gateway = a->gateway,
        .ip_range = a->ip_range,
        .internal = a->internal,
        .no_dns = a->disable_dns,
        .options = a->options,
        .labels = a->labels,
    };
    CLEANUP(network) struct network n = { 0 };
    struct net_place place;
    int r = cli_networks(ctx, &place, e);

    if (r >= 0)
        r = network_create(&place, &want, &n, e);
    return r < 0 ? r : output_line(e, "%s", n.id);
}

const struct opt_cmd cmd_network_create = {
    .usage = "[OPTIONS] NETWORK",
    .summary = "Create a network",
    .opts = options,
    .args_size = sizeof(struct create_args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
