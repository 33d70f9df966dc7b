/* SPDX-License-Identifier: MIT */
/* One container as a row of `hako ps`. */
#include "cli/ps_row.h"

#include "base/json.h"
#include "base/json_out.h"
#include "base/num.h"
#include "base/str.h"
#include "cli/disk.h"
#include "cli/moment.h"
#include "cli/rows.h"
#include "engine/id.h"

#include <time.h>

#define NANO        1000000000LL
#define COMMAND_MAX 20
#define MOUNT_MAX   15

const struct fmt_field ps_row_fields[] = {
    { "ID", "CONTAINER ID" },
    { "Image", "IMAGE" },
    { "Command", "COMMAND" },
    { "CreatedAt", "CREATED AT" },
    { "RunningFor", "CREATED" },
    { "Status", "STATUS" },
    { "State", "STATE" },
    { "Ports", "PORTS" },
    { "Size", "SIZE" },
    { "Names", "NAMES" },
    { "Labels", "LABELS" },
    { "Mounts", "MOUNTS" },
    { "LocalVolumes", "LOCAL VOLUMES" },
    { "Networks", "NETWORKS" },
    { 0 },
};
const struct fmt_method ps_row_methods[] = { { "Label", rows_label }, { 0 } };

const char *ps_row_state(const struct container_info *c)
{
    static const char *const words[] = {
        [RECORD_UNSET] = "created", [RECORD_CREATED] = "created", [RECORD_RUNNING] = "running",
        [RECORD_PAUSED] = "paused", [RECORD_STOPPED] = "exited",
    };

    return words[c->status.state];
}

/* The first process's command line; arguments with blanks stand in quotes. */
static void add_command(const struct record *r, bool no_trunc, struct buf *out)
{
    AUTO_BUF struct buf line = { 0 };

    buf_str(&line, r->path ? r->path : "");
    strv_foreach (arg, r->args)
        buf_fmt(&line, strchr(*arg, ' ') ? " '%s'" : " %s", *arg);
    const char *text = line.data ? line.data : "";
    AUTO_FREE char *cut = no_trunc ? str_dup(text) : rows_ellipsis(text, COMMAND_MAX);
    struct json_value v = { .type = JSON_STRING, .text = cut };
    if (cut)
        json_value_write(&v, JSON_COMPACT, out);
}

static void add_networks(const struct record *r, struct buf *out)
{
    for (size_t i = 0; i < r->n_networks; i++)
        buf_fmt(out, "%s%s", i ? "," : "", r->networks[i].name);
    if (r->n_networks == 0 && r->network_mode && !str_starts(r->network_mode, "container:"))
        buf_str(out, r->network_mode);
}

/* Exposed ones, while it listens there. */
static void add_ports(const struct container_info *c, struct buf *out)
{
    bool runs = c->status.state == RECORD_RUNNING || c->status.state == RECORD_PAUSED;

    strv_foreach (port, runs ? c->record.exposed_ports : NULL)
        buf_fmt(out, "%s%s", out->len ? ", " : "", *port);
}

static void add_mounts(const struct record *r, bool no_trunc, struct buf *out)
{
    const char *comma = "";

    for (size_t i = 0; i < r->n_mounts; i++) {
        const char *name = r->mounts[i].name ? r->mounts[i].name : r->mounts[i].source;
        if (!name)
            continue;
        AUTO_FREE char *cut = no_trunc ? str_dup(name) : rows_ellipsis(name, MOUNT_MAX);
        buf_fmt(out, "%s%s", comma, cut ? cut : name);
        comma = ",";
    }
}

static size_t volumes_of(const struct record *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_mounts; i++)
        n += STREQ(r->mounts[i].type, "volume");
    return n;
}

/* "12.3kB (virtual 150MB)": what it has written, and with its image. */
static void add_size(const struct ps_row_how *how, const struct container_info *c, struct buf *out)
{
    uint64_t own;
    uint64_t all;
    char own_text[32];
    char all_text[32];

    disk_container(how->paths, how->store, c->record.id, c->record.image_id, &own, &all);
    buf_fmt(out, "%s (virtual %s)", num_size_text(own, own_text, sizeof(own_text)),
            num_size_text(all, all_text, sizeof(all_text)));
}

static void add_image(const struct record *r, bool no_trunc, struct buf *out)
{
    const char *name = r->image ? r->image : r->image_id;
    const char *hex = str_after(name, "sha256:");

    if (hex && !no_trunc)
        buf_fmt(out, "%.12s", hex);
    else
        buf_str(out, name);
}

/* One member whose text a buffer holds. */
static void member(struct json_out *o, const char *key, struct buf *text)
{
    json_out_member_str(o, key, text->data ? text->data : "");
    buf_reset(text);
}

void ps_row_json(const struct ps_row_how *how, const struct container_info *c, struct buf *out)
{
    struct json_out o = { .buf = out };
    AUTO_BUF struct buf text = { 0 };
    const struct record *r = &c->record;
    char status[64];
    char moment[MOMENT_MAX];
    char age[32];

    json_out_object(&o);
    add_command(r, how->no_trunc, &text);
    member(&o, "Command", &text);
    json_out_member_str(&o, "CreatedAt", moment_list_text(r->created, moment));
    buf_fmt(&text, "%.*s", how->no_trunc ? ID_LEN : ID_SHORT, r->id);
    member(&o, "ID", &text);
    add_image(r, how->no_trunc, &text);
    member(&o, "Image", &text);
    rows_labels(&r->labels, &text);
    member(&o, "Labels", &text);
    buf_fmt(&text, "%zu", volumes_of(r));
    member(&o, "LocalVolumes", &text);
    add_mounts(r, how->no_trunc, &text);
    member(&o, "Mounts", &text);
    json_out_member_str(&o, "Names", r->name);
    add_networks(r, &text);
    member(&o, "Networks", &text);
    add_ports(c, &text);
    member(&o, "Ports", &text);
    buf_fmt(&text, "%s ago", num_age_text(time(NULL) - r->created / NANO, age, sizeof(age)));
    member(&o, "RunningFor", &text);
    if (how->size)
        add_size(how, c, &text);
    else
        buf_str(&text, "N/A");
    member(&o, "Size", &text);
    json_out_member_str(&o, "State", ps_row_state(c));
    json_out_member_str(&o, "Status", list_status_text(c, status, sizeof(status)));
    json_out_object_end(&o);
}
