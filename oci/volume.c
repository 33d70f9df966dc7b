/* SPDX-License-Identifier: MIT */
/* A volume's document. */
#include "oci/volume.h"

static const struct json_field volume_fields[] = {
    JSON_I64(struct volume_record, created, "created"),
    JSON_BOOL(struct volume_record, anonymous, "anonymous"),
    JSON_MAP(struct volume_record, labels, "labels"),
};
const struct json_table volume_record_table =
    JSON_TABLE_EXTRA(struct volume_record, volume_fields, extra);

void volume_record_free(struct volume_record *r)
{
    json_free(&volume_record_table, r);
}
