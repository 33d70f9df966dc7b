/* SPDX-License-Identifier: MIT */
/* Fuzzes every document's table: no crash, no leak, and what is written reads back the same. */
#include "base/json_value.h"
#include "oci/config.h"
#include "oci/features.h"
#include "oci/image.h"
#include "oci/lease.h"
#include "oci/network.h"
#include "oci/profile.h"
#include "oci/record.h"
#include "oci/state.h"
#include "oci/status.h"
#include "oci/valid.h"

#include <string.h>

static const struct json_table *const tables[] = {
    &config_table,
    &config_process_table,
    &config_resources_table,
    &image_index_table,
    &image_config_table,
    &image_manifest_table,
    &image_docker_entry_table,
    &record_table,
    &status_table,
    &lease_table,
    &network_table,
    &state_table,
    &features_table,
    &profile_table,
};

static union {
    struct config config;
    struct config_process process;
    struct config_resources resources;
    struct image_index index;
    struct image_config image_config;
    struct image_manifest manifest;
    struct image_docker_entry entry;
    struct record record;
    struct status status;
    struct lease lease;
    struct network network;
    struct state state;
    struct features features;
    struct profile profile;
} u;

static void must(bool fact)
{
    if (!fact)
        abort();
}

static void fuzz_table(const struct json_table *t, const char *text, size_t len)
{
    AUTO_BUF struct buf once = { 0 };
    AUTO_BUF struct buf twice = { 0 };
    struct err e = ERR_INIT;
    int r = json_read(t, &u, text, len, &e);

    if (r < 0) {
        must(e.msg[0] == '/' && r == -(int)e.kind);
        return;
    }
    if (t == &config_table)
        valid_config(&u.config, VALID_PROCESS, &e);
    json_write(t, &u, JSON_PRETTY, &once);
    json_free(t, &u);
    must(json_read(t, &u, once.data, once.len, &e) >= 0);
    json_write(t, &u, JSON_PRETTY, &twice);
    json_free(t, &u);
    must(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
}

static void fuzz_tree(const char *text, size_t len)
{
    AUTO_BUF struct buf b = { 0 };
    struct json_value *v = NULL;
    struct err e = ERR_INIT;

    if (json_value_parse(text, len, &v, &e) < 0)
        return;
    json_value_write(v, JSON_COMPACT, &b);
    json_value_free(v);
    must(json_value_parse(b.data, b.len, &v, &e) >= 0);
    json_value_free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte picks the table, the rest is the document. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t which;

    if (size == 0)
        return 0;
    which = data[0] % (ARRAY_LEN(tables) + 1);
    if (which == ARRAY_LEN(tables))
        fuzz_tree((const char *)data + 1, size - 1);
    else
        fuzz_table(tables[which], (const char *)data + 1, size - 1);
    return 0;
}
