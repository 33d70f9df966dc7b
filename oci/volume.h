/* SPDX-License-Identifier: MIT */
/* A volume's document. */
#pragma once

#include "base/json.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

/* volumes/<name>/volume.json. */
struct volume_record {
    int64_t created; /* nanoseconds since the epoch */
    bool anonymous;
    struct json_map labels;
    struct json_map extra;
};

extern const struct json_table volume_record_table;

void volume_record_free(struct volume_record *r);
DEFINE_CLEANUP(struct volume_record, volume_record, volume_record_free(p))
