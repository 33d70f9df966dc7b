/* SPDX-License-Identifier: MIT */
/* Pressure as JSON, in runc's words. */
#include "cli/psi_json.h"

#include "base/mem.h"

static void member(struct json_out *o, const char *key, double v)
{
    json_out_key(o, key);
    json_out_double(o, v);
}

void psi_json_line(struct json_out *o, const char *key, const struct cgroup_stat_psi_line *line)
{
    json_out_key(o, key);
    json_out_object(o);
    member(o, "avg10", line->avg10);
    member(o, "avg60", line->avg60);
    member(o, "avg300", line->avg300);
    json_out_key(o, "total");
    json_out_u64(o, line->total);
    json_out_object_end(o);
}

void psi_json(struct json_out *o, const char *key, const struct cgroup_stat_psi *psi)
{
    if (!psi->there)
        return;
    json_out_key(o, key);
    json_out_object(o);
    psi_json_line(o, "some", &psi->some);
    psi_json_line(o, "full", &psi->full);
    json_out_object_end(o);
}
