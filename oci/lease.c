/* SPDX-License-Identifier: MIT */
/* An address in use: the lease. */
#include "oci/lease.h"

static const struct json_field lease_fields[] = {
    JSON_STR(struct lease, id, "id", .flags = JSON_REQUIRED),
    JSON_STR(struct lease, name, "name"),
    JSON_STR(struct lease, hostname, "hostname"),
    JSON_STRV(struct lease, aliases, "aliases"),
    JSON_STR(struct lease, mac, "mac"),
    JSON_STR(struct lease, ifname, "ifname"),
};
const struct json_table lease_table = JSON_TABLE_EXTRA(struct lease, lease_fields, extra);

void lease_free(struct lease *l)
{
    json_free(&lease_table, l);
}
