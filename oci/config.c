/* SPDX-License-Identifier: MIT */
/* config.json: the document and its parts that are the same on every platform. */
#include "oci/config.h"

#include <stdlib.h>
#include <string.h>

static const struct json_field root_fields[] = {
    JSON_STR(struct config_root, path, "path", .flags = JSON_REQUIRED,
             .check = json_check_not_empty),
    JSON_BOOL(struct config_root, readonly, "readonly"),
};
static const struct json_table root_table =
    JSON_TABLE_EXTRA(struct config_root, root_fields, extra);

static const struct json_field id_mapping_fields[] = {
    JSON_U32(struct config_id_mapping, container_id, "containerID", .flags = JSON_REQUIRED),
    JSON_U32(struct config_id_mapping, host_id, "hostID", .flags = JSON_REQUIRED),
    JSON_U32(struct config_id_mapping, size, "size", .flags = JSON_REQUIRED),
};
const struct json_table config_id_mapping_table =
    JSON_TABLE_EXTRA(struct config_id_mapping, id_mapping_fields, extra);

static const struct json_field mount_fields[] = {
    JSON_STR(struct config_mount, destination, "destination", .flags = JSON_REQUIRED,
             .check = json_check_not_empty),
    JSON_STR(struct config_mount, type, "type"),
    JSON_STR(struct config_mount, source, "source"),
    JSON_STRV(struct config_mount, options, "options"),
    JSON_ARRAY(struct config_mount, uid_mappings, n_uid_mappings, "uidMappings",
               &config_id_mapping_table),
    JSON_ARRAY(struct config_mount, gid_mappings, n_gid_mappings, "gidMappings",
               &config_id_mapping_table),
};
const struct json_table config_mount_table =
    JSON_TABLE_EXTRA(struct config_mount, mount_fields, extra);

static const struct json_field hook_fields[] = {
    JSON_STR(struct config_hook, path, "path", .flags = JSON_REQUIRED,
             .check = json_check_abs_path),
    JSON_STRV(struct config_hook, args, "args"),
    JSON_STRV(struct config_hook, env, "env"),
    JSON_OPT_I32(struct config_hook, timeout, "timeout", .min = 1, .max = INT32_MAX),
};
const struct json_table config_hook_table =
    JSON_TABLE_EXTRA(struct config_hook, hook_fields, extra);

#define HOOKS(member, key)                                                                         \
    JSON_ARRAY(struct config_hooks, member.v, member.n, key, &config_hook_table)
static const struct json_field hooks_fields[] = {
    HOOKS(prestart, "prestart"),
    HOOKS(create_runtime, "createRuntime"),
    HOOKS(create_container, "createContainer"),
    HOOKS(start_container, "startContainer"),
    HOOKS(poststart, "poststart"),
    HOOKS(poststop, "poststop"),
};
static const struct json_table hooks_table =
    JSON_TABLE_EXTRA(struct config_hooks, hooks_fields, extra);

static const struct json_field config_fields[] = {
    JSON_STR(struct config, oci_version, "ociVersion", .flags = JSON_REQUIRED),
    JSON_PTR(struct config, process, "process", &config_process_table),
    JSON_PTR(struct config, root, "root", &root_table),
    JSON_STR(struct config, hostname, "hostname"),
    JSON_STR(struct config, domainname, "domainname"),
    JSON_ARRAY(struct config, mounts, n_mounts, "mounts", &config_mount_table),
    JSON_OBJ(struct config, hooks, "hooks", &hooks_table),
    JSON_MAP(struct config, annotations, "annotations", .check = json_check_not_empty),
    JSON_OBJ(struct config, lnx, "linux", &config_linux_table),
};
const struct json_table config_table = JSON_TABLE_EXTRA(struct config, config_fields, extra);

static void drop_empty(char **text)
{
    if (*text && !**text) {
        free(*text);
        *text = NULL;
    }
}

/* Engines write "" for what they leave out: one way to say it is enough. */
static void normalise(struct config *c)
{
    drop_empty(&c->hostname);
    drop_empty(&c->domainname);
    for (size_t i = 0; i < c->lnx.n_namespaces; i++)
        drop_empty(&c->lnx.namespaces[i].path);
}

int config_read(const char *text, size_t len, struct config *ret, struct err *e)
{
    int r = json_read(&config_table, ret, text, len, e);

    if (r >= 0)
        normalise(ret);
    return r;
}

int config_load(int dirfd, const char *path, struct config *ret, struct err *e)
{
    int r = json_load(&config_table, ret, dirfd, path, 0, e);

    if (r >= 0)
        normalise(ret);
    return r;
}

void config_write(const struct config *c, unsigned flags, struct buf *out)
{
    json_write(&config_table, c, flags, out);
}

int config_copy(const struct config *c, struct config *ret, struct err *e)
{
    return json_copy(&config_table, ret, c, e);
}

void config_free(struct config *c)
{
    json_free(&config_table, c);
}

const struct config_namespace *config_namespace(const struct config *c, enum config_ns type)
{
    for (size_t i = 0; i < c->lnx.n_namespaces; i++) {
        if (c->lnx.namespaces[i].type == type)
            return &c->lnx.namespaces[i];
    }
    return NULL;
}

const char *config_annotation(const struct config *c, const char *key)
{
    return json_map_get(&c->annotations, key);
}
