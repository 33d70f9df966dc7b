/* SPDX-License-Identifier: MIT */
/* hako-oci update: other limits for a container that exists. */
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "base/str.h"
#include "base/twin.h"
#include "cli/oci/oci.h"
#include "runtime/lifecycle_update.h"

#include <fcntl.h>

struct update_args {
    const char *resources;
    struct config_memory memory;
    struct config_cpu cpu;
    struct opt_u32 blkio_weight;
    struct opt_i64 pids_limit;
    const char *cpus;
    const char *mems;
    const char *l3_cache_schema;
    const char *mem_bw_schema;
};

/* Engines leave out a limit by giving it an empty value. */
static int parse_i64(const struct opt *o, const char *value, void *field, struct err *e)
{
    struct opt_i64 *to = field;
    int r = str_empty(value) ? 0 : num_i64(value, INT64_MIN, INT64_MAX, &to->val, e);

    to->set = to->set || !str_empty(value);
    return r;
}

static int parse_u64(const struct opt *o, const char *value, void *field, struct err *e)
{
    struct opt_u64 *to = field;
    int r = str_empty(value) ? 0 : num_u64(value, 0, UINT64_MAX, &to->val, e);

    to->set = to->set || !str_empty(value);
    return r;
}

static int parse_weight(const struct opt *o, const char *value, void *field, struct err *e)
{
    struct opt_u32 *to = field;
    struct opt_u64 wide = { 0 };
    int r = parse_u64(o, value, &wide, e);

    if (r >= 0 && wide.val > UINT16_MAX)
        return err_set(e, ERR_INVALID, "invalid value \"%s\": it is too large", value);
    if (r >= 0 && wide.set)
        *to = (struct opt_u32){ true, (uint32_t)wide.val };
    return r;
}

static int parse_size(const struct opt *o, const char *value, void *field, struct err *e)
{
    struct opt_i64 *to = field;

    if (str_empty(value) || STREQ(value, "-1"))
        return parse_i64(o, value, field, e);
    to->set = true;
    return num_size(value, &to->val, e);
}

#define AT(field) OPT_AT(struct update_args, field)
#define SIZE(name, field, ...)                                                                     \
    {                                                                                              \
        0, name, OPT_CALL, AT(field), "SIZE", __VA_ARGS__, .parse = parse_size                     \
    }
#define I64(name, field, ...)                                                                      \
    {                                                                                              \
        0, name, OPT_CALL, AT(field), "N", __VA_ARGS__, .parse = parse_i64                         \
    }
#define U64(name, field, ...)                                                                      \
    {                                                                                              \
        0, name, OPT_CALL, AT(field), "N", __VA_ARGS__, .parse = parse_u64                         \
    }

static const struct opt options[] = {
    { 'r', "resources", OPT_STRING, AT(resources), "FILE",
      "Take linux.resources from this JSON file (-: standard input), and nothing else",
      .words = opt_words_file },
    { 0, "blkio-weight", OPT_CALL, AT(blkio_weight), "N", "Weight of block IO, 10 to 1000",
      .parse = parse_weight },
    U64("cpu-burst", cpu.burst, "CPU time that may be saved up, in microseconds"),
    I64("cpu-idle", cpu.idle, "Run only when nothing else does (1), or as usual (0)"),
    U64("cpu-period", cpu.period, "Period of the CPU quota, in microseconds"),
    I64("cpu-quota", cpu.quota, "CPU time in a period, in microseconds (-1: unlimited)"),
    U64("cpu-rt-period", cpu.realtime_period, "Refused: cgroup v2 has no real-time limits"),
    I64("cpu-rt-runtime", cpu.realtime_runtime, "Refused: cgroup v2 has no real-time limits"),
    U64("cpu-share", cpu.shares, "Relative weight of CPU time, 2 to 262144"),
    { 0, "cpuset-cpus", OPT_STRING, AT(cpus), "LIST", "CPUs to run on: 0-3,7" },
    { 0, "cpuset-mems", OPT_STRING, AT(mems), "LIST", "Memory nodes to use" },
    SIZE("kernel-memory", memory.kernel, "Ignored with a warning", .flags = OPT_HIDDEN),
    SIZE("kernel-memory-tcp", memory.kernel_tcp, "Ignored with a warning", .flags = OPT_HIDDEN),
    { 0, "l3-cache-schema", OPT_STRING, AT(l3_cache_schema), "SCHEMA",
      "Intel RDT's L3 cache schema" },
    { 0, "mem-bw-schema", OPT_STRING, AT(mem_bw_schema), "SCHEMA",
      "Intel RDT's memory bandwidth schema" },
    SIZE("memory", memory.limit, "Memory limit (-1: unlimited)"),
    SIZE("memory-reservation", memory.reservation, "Memory that is not reclaimed"),
    SIZE("memory-swap", memory.swap, "Limit of memory and swap together (-1: unlimited swap)"),
    I64("pids-limit", pids_limit, "How many processes (-1: unlimited)"),
    { 0 },
};

static int read_resources(const char *path, struct config_resources *ret, struct err *e)
{
    AUTO_FREE char *text = NULL;
    size_t len;

    if (!STREQ(path, "-"))
        return json_load(&config_resources_table, ret, AT_FDCWD, path, 0, e);
    int r = fs_read_fd(STDIN_FILENO, "standard input", JSON_SIZE_MAX, &text, &len, e);
    if (r >= 0)
        r = json_read(&config_resources_table, ret, text, len, e);
    if (r >= 0)
        r = twin_unread(text, len, e);
    return r < 0 ? err_wrap(e, "resources") : 0;
}

/* Objects without a field of theirs do no harm. */
static int from_options(const struct update_args *a, struct config_resources *ret, struct err *e)
{
    ret->memory = malloc(sizeof(*ret->memory));
    ret->cpu = malloc(sizeof(*ret->cpu));
    ret->pids = calloc(1, sizeof(*ret->pids));
    ret->block_io = calloc(1, sizeof(*ret->block_io));
    if (ret->memory)
        *ret->memory = a->memory;
    if (ret->cpu)
        *ret->cpu = a->cpu;
    if (!ret->memory || !ret->cpu || !ret->pids || !ret->block_io ||
        str_set(&ret->cpu->cpus, a->cpus) < 0 || str_set(&ret->cpu->mems, a->mems) < 0)
        return err_nomem(e);
    ret->pids->limit = a->pids_limit;
    ret->block_io->weight = a->blkio_weight;
    return 0;
}

static int run(void *ctx, const void *args, char **operands, struct err *e)
{
    const struct update_args *a = args;
    struct config_resources r = { 0 };
    const struct lifecycle_update want = { .resources = &r,
                                           .l3_cache_schema = a->l3_cache_schema,
                                           .mem_bw_schema = a->mem_bw_schema };

    int rc = a->resources ? read_resources(a->resources, &r, e) : from_options(a, &r, e);
    if (rc >= 0)
        rc = lifecycle_update(oci_root(ctx), operands[0], &want, e);
    json_free(&config_resources_table, &r);
    return rc;
}

const struct opt_cmd oci_update = {
    .usage = "[OPTIONS] ID",
    .summary = "Change the limits of a container",
    .opts = options,
    .args_size = sizeof(struct update_args),
    .words = oci_words_containers,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
