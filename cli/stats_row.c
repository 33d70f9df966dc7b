/* SPDX-License-Identifier: MIT */
/* One container as a row of `hako stats`. */
#include "cli/stats_row.h"

#include "base/json_out.h"
#include "base/num.h"
#include "base/str.h"
#include "cli/psi_json.h"

#include <inttypes.h>

#define NSEC    1000 /* in a µs */
#define UNKNOWN "--"

/* ---- numbers ---- */

/* What runs and is not counted is unknown; what does not run uses nothing. */
static bool known(const struct meter_item *c, enum cgroup_meter_file file)
{
    return !c->running || (c->counted && c->group.there[file]);
}

static uint64_t limit_of(const struct stats_row_how *how, const struct meter_item *c)
{
    uint64_t max = c->now.memory.max;

    return !c->running ? 0 : max < how->memory ? max : how->memory;
}

static double memory_share(const struct stats_row_how *how, const struct meter_item *c)
{
    uint64_t limit = limit_of(how, c);

    return limit ? (double)cgroup_stat_working_set(&c->now.memory) / (double)limit * 100 : 0;
}

/* ---- texts ---- */

static void put_container(const struct stats_row_how *how, const struct meter_item *c,
                          struct buf *out)
{
    if (c->word)
        buf_str(out, c->word);
    else
        buf_add(out, c->id, how->no_trunc ? ID_LEN : ID_SHORT);
}

static void put_id(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    buf_add(out, c->id, how->no_trunc ? ID_LEN : ID_SHORT);
}

static void put_name(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    buf_str(out, c->name ? c->name : UNKNOWN);
}

static void put_cpu(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    if (c->running && !c->cpu_known)
        buf_str(out, UNKNOWN);
    else
        buf_fmt(out, "%.2f%%", c->running ? c->cpu : 0);
}

static void put_memory(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    char used[32], limit[32];

    if (known(c, CGROUP_METER_MEMORY))
        buf_fmt(out, "%s / %s",
                num_memory_text(cgroup_stat_working_set(&c->now.memory), used, sizeof(used)),
                num_memory_text(limit_of(how, c), limit, sizeof(limit)));
    else
        buf_str(out, UNKNOWN " / " UNKNOWN);
}

static void put_memory_share(const struct stats_row_how *how, const struct meter_item *c,
                             struct buf *out)
{
    if (known(c, CGROUP_METER_MEMORY))
        buf_fmt(out, "%.2f%%", memory_share(how, c));
    else
        buf_str(out, UNKNOWN);
}

static void put_pair(uint64_t a, uint64_t b, struct buf *out)
{
    char first[32], second[32];

    buf_fmt(out, "%s / %s", num_size_text(a, first, sizeof(first)),
            num_size_text(b, second, sizeof(second)));
}

static void put_network(const struct stats_row_how *how, const struct meter_item *c,
                        struct buf *out)
{
    put_pair(c->rx, c->tx, out);
}

static void put_block(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    if (known(c, CGROUP_METER_IO))
        put_pair(c->now.read, c->now.written, out);
    else
        buf_str(out, UNKNOWN);
}

static void put_pids(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    if (known(c, CGROUP_METER_PIDS))
        buf_fmt(out, "%" PRIu64, c->now.pids);
    else
        buf_str(out, UNKNOWN);
}

/* Of the last ten seconds: some waited, all waited. */
static void put_psi(const struct meter_item *c, const struct cgroup_stat_psi *psi, struct buf *out)
{
    if (c->running && !psi->there)
        buf_str(out, UNKNOWN);
    else
        buf_fmt(out, "%.2f%% / %.2f%%", psi->some.avg10, psi->full.avg10);
}

static void put_cpu_psi(const struct stats_row_how *how, const struct meter_item *c,
                        struct buf *out)
{
    put_psi(c, &c->now.cpu.psi, out);
}

static void put_memory_psi(const struct stats_row_how *how, const struct meter_item *c,
                           struct buf *out)
{
    put_psi(c, &c->now.memory.psi, out);
}

static void put_io_psi(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    put_psi(c, &c->now.io_psi, out);
}

/* ---- columns ---- */

const struct fmt_field stats_row_fields[] = {
    { "Container", "CONTAINER" },
    { "ID", "CONTAINER ID" },
    { "Name", "NAME" },
    { "CPUPerc", "CPU %" },
    { "MemUsage", "MEM USAGE / LIMIT" },
    { "MemPerc", "MEM %" },
    { "NetIO", "NET I/O" },
    { "BlockIO", "BLOCK I/O" },
    { "PIDs", "PIDS" },
    { "CPUPressure", "CPU SOME / FULL" },
    { "MemPressure", "MEM SOME / FULL" },
    { "IOPressure", "I/O SOME / FULL" },
    { 0 },
};

/* In the order of the fields. */
static void (*const put[])(const struct stats_row_how *, const struct meter_item *,
                           struct buf *) = {
    put_container, put_id,    put_name, put_cpu,     put_memory,     put_memory_share,
    put_network,   put_block, put_pids, put_cpu_psi, put_memory_psi, put_io_psi,
};

#define FIRST    1 /* of the table's columns; the one before has the same text, mostly */
#define PRESSURE 9 /* the first of these */

static size_t columns(bool pressure)
{
    return pressure ? ARRAY_LEN(put) : PRESSURE;
}

const char *stats_row_table(bool pressure)
{
#define TABLE                                                                                      \
    "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}"      \
    "\t{{.PIDs}}"
    return pressure ? TABLE "\t{{.CPUPressure}}\t{{.MemPressure}}\t{{.IOPressure}}" : TABLE;
}

void stats_row_header(bool pressure, struct buf *out)
{
    for (size_t i = FIRST; i < columns(pressure); i++)
        buf_fmt(out, "%s%s", i > FIRST ? "\t" : "", stats_row_fields[i].header);
    buf_char(out, '\n');
}

void stats_row_cells(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    for (size_t i = FIRST; i < columns(how->pressure); i++) {
        if (i > FIRST)
            buf_char(out, '\t');
        put[i](how, c, out);
    }
    buf_char(out, '\n');
}

/* ---- JSON ---- */

static void number(struct json_out *o, const char *key, bool is_known, uint64_t v)
{
    json_out_key(o, key);
    if (is_known)
        json_out_u64(o, v);
    else
        json_out_null(o);
}

static void share(struct json_out *o, const char *key, bool is_known, double v)
{
    json_out_key(o, key);
    if (is_known)
        json_out_double(o, v);
    else
        json_out_null(o);
}

/* What docker calls these in its own structure, and podman the times. */
static void add_numbers(struct json_out *o, const struct stats_row_how *how,
                        const struct meter_item *c)
{
    bool memory = known(c, CGROUP_METER_MEMORY);
    bool io = known(c, CGROUP_METER_IO);

    share(o, "CPUPercentage", c->cpu_known || !c->running, c->running ? c->cpu : 0);
    number(o, "CPUNano", known(c, CGROUP_METER_CPU), c->now.cpu.usage * NSEC);
    number(o, "CPUSystemNano", known(c, CGROUP_METER_CPU), c->now.cpu.system * NSEC);
    number(o, "Memory", memory, cgroup_stat_working_set(&c->now.memory));
    number(o, "MemoryLimit", memory, limit_of(how, c));
    share(o, "MemoryPercentage", memory, memory_share(how, c));
    number(o, "NetworkRx", true, c->rx);
    number(o, "NetworkTx", true, c->tx);
    number(o, "BlockRead", io, c->now.read);
    number(o, "BlockWrite", io, c->now.written);
    number(o, "PidsCurrent", known(c, CGROUP_METER_PIDS), c->now.pids);
}

void stats_row_json(const struct stats_row_how *how, const struct meter_item *c, struct buf *out)
{
    struct json_out o = { .buf = out };
    AUTO_BUF struct buf text = { 0 };

    json_out_object(&o);
    for (size_t i = 0; i < columns(how->pressure); i++) {
        buf_reset(&text);
        put[i](how, c, &text);
        json_out_member_str(&o, stats_row_fields[i].name, text.data);
    }
    add_numbers(&o, how, c);
    if (how->pressure) {
        json_out_key(&o, "Pressure");
        json_out_object(&o);
        psi_json(&o, "cpu", &c->now.cpu.psi);
        psi_json(&o, "memory", &c->now.memory.psi);
        psi_json(&o, "io", &c->now.io_psi);
        json_out_object_end(&o);
    }
    json_out_object_end(&o);
    out->failed = out->failed || text.failed;
}
