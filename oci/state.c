/* SPDX-License-Identifier: MIT */
/* The runtime-spec's state document. */
#include "oci/state.h"

const struct json_enum state_status_names[] = {
    { "creating", STATE_CREATING }, { "created", STATE_CREATED }, { "running", STATE_RUNNING },
    { "stopped", STATE_STOPPED },   { "paused", STATE_PAUSED },   { 0 },
};

static const struct json_field state_fields[] = {
    JSON_STR(struct state, oci_version, "ociVersion", .flags = JSON_REQUIRED),
    JSON_STR(struct state, id, "id", .flags = JSON_REQUIRED),
    JSON_I32(struct state, pid, "pid", .flags = JSON_ALWAYS, .max = INT32_MAX),
    JSON_ENUM(struct state, status, "status", state_status_names, .flags = JSON_REQUIRED),
    JSON_STR(struct state, bundle, "bundle", .flags = JSON_REQUIRED),
    JSON_STR(struct state, rootfs, "rootfs"),
    JSON_STR(struct state, created, "created"),
    JSON_STR(struct state, owner, "owner"),
    JSON_MAP(struct state, annotations, "annotations"),
};
const struct json_table state_table = JSON_TABLE_EXTRA(struct state, state_fields, extra);

static const struct json_field container_process_fields[] = {
    JSON_STR(struct state_container_process, oci_version, "ociVersion", .flags = JSON_REQUIRED),
    JSON_STRV(struct state_container_process, fds, "fds"),
    JSON_I32(struct state_container_process, pid, "pid", .flags = JSON_REQUIRED),
    JSON_STR(struct state_container_process, metadata, "metadata"),
    JSON_OBJ(struct state_container_process, state, "state", &state_table, .flags = JSON_REQUIRED),
};
const struct json_table state_container_process_table =
    JSON_TABLE(struct state_container_process, container_process_fields);

void state_free(struct state *s)
{
    json_free(&state_table, s);
}
