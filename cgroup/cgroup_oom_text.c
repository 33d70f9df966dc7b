/* SPDX-License-Identifier: MIT */
/* An out-of-memory kill in one line. */
#include "base/num.h"
#include "base/str.h"
#include "cgroup/cgroup_oom.h"

#include <inttypes.h>

static void add_size(struct buf *out, const char *before, uint64_t bytes)
{
    char text[32];

    if (bytes > 0)
        buf_fmt(out, "%s%s", before, num_memory_text(bytes, text, sizeof(text)));
}

static void add_limit(const struct oom *o, struct buf *out)
{
    buf_str(out, "the limit");
    add_size(out, " of ", o->limit);
    add_size(out, " and of swap's ", o->swap_limit);
    buf_fmt(out, " (memory.max%s of %s) was hit", o->swap_limit ? " and memory.swap.max" : "",
            o->cgroup);
}

static void add_cause(const struct oom *o, struct buf *out)
{
    switch (o->cause) {
    case OOM_LIMIT: add_limit(o, out); break;
    case OOM_OUTSIDE:
        if (o->cgroup)
            buf_fmt(out, "the limit of %s was hit, a group above those seen here", o->cgroup);
        else
            buf_str(out, "a limit above the groups seen here was hit, or the host ran out");
        break;
    case OOM_CPUSET: buf_str(out, "the memory nodes of its cpuset ran out"); break;
    case OOM_POLICY: buf_str(out, "the memory nodes of its policy ran out"); break;
    case OOM_HOST:
    case OOM_UNSET: buf_str(out, "the host ran out, no limit was hit"); break;
    }
}

void cgroup_oom_text(const struct oom *o, struct buf *out)
{
    buf_str(out, "out of memory: ");
    add_cause(o, out);
    buf_fmt(out, "; killed %s", o->victim ? o->victim : "a process");
    if (o->victim_pid > 0)
        buf_fmt(out, " (pid %d)", (int)o->victim_pid);
    if (o->kills > 1)
        buf_fmt(out, ", the last of %" PRIu64, o->kills);
    add_size(out, "; peak ", o->peak);
}
