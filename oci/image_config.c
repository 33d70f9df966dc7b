/* SPDX-License-Identifier: MIT */
/* The image config (config.md) with Docker's additions. */
#include "oci/image.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static const struct json_field health_fields[] = {
    JSON_STRV(struct image_health, test, "Test"),
    JSON_I64(struct image_health, interval, "Interval"),
    JSON_I64(struct image_health, timeout, "Timeout"),
    JSON_I64(struct image_health, start_period, "StartPeriod"),
    JSON_I64(struct image_health, start_interval, "StartInterval"),
    JSON_I32(struct image_health, retries, "Retries"),
};
const struct json_table image_health_table =
    JSON_TABLE_EXTRA(struct image_health, health_fields, extra);

static const struct json_field run_fields[] = {
    JSON_STR(struct image_run, user, "User"),
    JSON_KEYS(struct image_run, exposed_ports, "ExposedPorts"),
    JSON_STRV(struct image_run, env, "Env"),
    JSON_STRV(struct image_run, entrypoint, "Entrypoint"),
    JSON_STRV(struct image_run, cmd, "Cmd"),
    JSON_KEYS(struct image_run, volumes, "Volumes"),
    JSON_STR(struct image_run, working_dir, "WorkingDir"),
    JSON_MAP(struct image_run, labels, "Labels"),
    JSON_STR(struct image_run, stop_signal, "StopSignal"),
    JSON_OPT_I32(struct image_run, stop_timeout, "StopTimeout"),
    JSON_BOOL(struct image_run, args_escaped, "ArgsEscaped"),
    JSON_PTR(struct image_run, healthcheck, "Healthcheck", &image_health_table),
    JSON_STRV(struct image_run, on_build, "OnBuild"),
    JSON_STRV(struct image_run, shell, "Shell"),
};
const struct json_table image_run_table = JSON_TABLE_EXTRA(struct image_run, run_fields, extra);

static const char *check_layers(const char *text)
{
    return STREQ(text, "layers") ? NULL : "expected \"layers\"";
}

static const struct json_field rootfs_fields[] = {
    JSON_STR(struct image_rootfs, type, "type", .flags = JSON_REQUIRED, .check = check_layers),
    JSON_STRV(struct image_rootfs, diff_ids, "diff_ids", .flags = JSON_ALWAYS,
              .check = image_check_digest),
};
static const struct json_table rootfs_table =
    JSON_TABLE_EXTRA(struct image_rootfs, rootfs_fields, extra);

static const struct json_field history_fields[] = {
    JSON_STR(struct image_history, created, "created"),
    JSON_STR(struct image_history, author, "author"),
    JSON_STR(struct image_history, created_by, "created_by"),
    JSON_STR(struct image_history, comment, "comment"),
    JSON_BOOL(struct image_history, empty_layer, "empty_layer"),
};
static const struct json_table history_table =
    JSON_TABLE_EXTRA(struct image_history, history_fields, extra);

static const struct json_field config_fields[] = {
    JSON_STR(struct image_config, created, "created"),
    JSON_STR(struct image_config, author, "author"),
    JSON_STR(struct image_config, architecture, "architecture", .flags = JSON_REQUIRED),
    JSON_STR(struct image_config, variant, "variant"),
    JSON_STR(struct image_config, os, "os", .flags = JSON_REQUIRED),
    JSON_STR(struct image_config, os_version, "os.version"),
    JSON_STRV(struct image_config, os_features, "os.features"),
    JSON_OBJ(struct image_config, config, "config", &image_run_table),
    JSON_OBJ(struct image_config, rootfs, "rootfs", &rootfs_table, .flags = JSON_REQUIRED),
    JSON_ARRAY(struct image_config, history, n_history, "history", &history_table),
};
const struct json_table image_config_table =
    JSON_TABLE_EXTRA(struct image_config, config_fields, extra);

/* config.md, "history": each entry that is no empty layer stands for one diff-id. Builders get the
 * number wrong now and then, and engines accept it: so do we. */
int image_config_read(const char *text, size_t len, struct image_config *ret, struct err *e)
{
    return json_read(&image_config_table, ret, text, len, e);
}

void image_config_free(struct image_config *c)
{
    json_free(&image_config_table, c);
}
