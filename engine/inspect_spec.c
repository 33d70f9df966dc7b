/* SPDX-License-Identifier: MIT */
/* Members of HostConfig that come from config.json, and from options kept as they were given. */
#include "base/num.h"
#include "base/str.h"
#include "engine/inspect_part.h"
#include "engine/parse_limit.h"
#include "engine/parse_mount.h"

static void out_devices(struct json_out *o, char *const *devices)
{
    json_out_key(o, "Devices");
    json_out_array(o);
    strv_foreach (it, devices) {
        CLEANUP(device_spec) struct device_spec d = { 0 };
        struct err ignored = ERR_INIT;
        if (parse_mount_device(*it, &d, &ignored) < 0)
            continue;
        json_out_object(o);
        json_out_member_str(o, "PathOnHost", d.source);
        json_out_member_str(o, "PathInContainer", d.target);
        json_out_member_str(o, "CgroupPermissions", d.access);
        json_out_object_end(o);
    }
    json_out_array_end(o);
}

static void out_ulimits(struct json_out *o, char *const *ulimits)
{
    json_out_key(o, "Ulimits");
    json_out_array(o);
    strv_foreach (it, ulimits) {
        AUTO_FREE char *name = str_fmt("%.*s", (int)strcspn(*it, "="), *it);
        struct err ignored = ERR_INIT;
        struct ulimit_spec u;
        if (!name || parse_limit_ulimit(*it, &u, &ignored) < 0)
            continue;
        json_out_object(o);
        json_out_member_str(o, "Name", name);
        json_out_member_i64(o, "Hard", (int64_t)u.hard); /* unlimited: -1 */
        json_out_member_i64(o, "Soft", (int64_t)u.soft);
        json_out_object_end(o);
    }
    json_out_array_end(o);
}

/* TARGET: OPTIONS, as --tmpfs has them. */
static void out_tmpfs(struct json_out *o, const struct record *r)
{
    json_out_key(o, "Tmpfs");
    json_out_object(o);
    for (size_t i = 0; i < r->n_mounts; i++)
        if (STREQ(str_text(r->mounts[i].type), "tmpfs"))
            json_out_member_str(o, r->mounts[i].destination, str_text(r->mounts[i].mode));
    json_out_object_end(o);
}

/* Of /dev/shm in bytes; 0 when it is another's. */
static int64_t shm_size(const struct config *c)
{
    struct err ignored = ERR_INIT;
    int64_t size = 0;

    for (size_t i = 0; i < c->n_mounts; i++) {
        if (!STREQ(c->mounts[i].destination, "/dev/shm"))
            continue;
        strv_foreach (option, c->mounts[i].options) {
            const char *value = str_after(*option, "size=");
            if (value && num_size(value, &size, &ignored) < 0)
                size = 0;
        }
    }
    return size;
}

void inspect_spec(struct json_out *o, const struct record *r, const struct config *c)
{
    const struct config_process *proc = c->process;

    json_out_member_str(o, "Runtime", "hako");
    json_out_member_i64(o, "ShmSize", shm_size(c));
    json_out_member_i64(o, "OomScoreAdj",
                        proc && proc->oom_score_adj.set ? proc->oom_score_adj.val : 0);
    json_out_member_map(o, "Sysctls", &c->lnx.sysctl);
    json_out_member_strv(o, "MaskedPaths", c->lnx.masked_paths);
    json_out_member_strv(o, "ReadonlyPaths", c->lnx.readonly_paths);
    json_out_member_bool(o, "PublishAllPorts", false);
    json_out_member_null(o, "VolumesFrom");
    json_out_member_null(o, "Links");
    json_out_member_str(o, "UsernsMode", "");
    out_devices(o, r->devices);
    out_ulimits(o, r->ulimits);
    out_tmpfs(o, r);
}
