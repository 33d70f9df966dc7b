/* SPDX-License-Identifier: MIT */
/* A named network. */
#include "oci/network.h"

static const struct json_field network_fields[] = {
    JSON_STR(struct network, name, "name", .flags = JSON_REQUIRED, .check = json_check_not_empty),
    JSON_STR(struct network, id, "id", .flags = JSON_REQUIRED),
    JSON_STR(struct network, driver, "driver", .flags = JSON_REQUIRED),
    JSON_STR(struct network, bridge, "bridge"),
    JSON_STR(struct network, subnet, "subnet"),
    JSON_STR(struct network, gateway, "gateway"),
    JSON_STR(struct network, ip_range, "ipRange"),
    JSON_BOOL(struct network, internal, "internal"),
    JSON_BOOL(struct network, no_dns, "noDns"),
    JSON_I32(struct network, mtu, "mtu", .max = 65535),
    JSON_STRV(struct network, dns, "dns"),
    JSON_MAP(struct network, options, "options"),
    JSON_MAP(struct network, labels, "labels"),
    JSON_I64(struct network, created, "created"),
};
const struct json_table network_table = JSON_TABLE_EXTRA(struct network, network_fields, extra);

void network_free(struct network *n)
{
    json_free(&network_table, n);
}
