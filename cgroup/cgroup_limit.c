/* SPDX-License-Identifier: MIT */
/* The table of limits: field of the spec, formatter, controller; and writing what it yields. */
#include "cgroup/cgroup_limit.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit_row.h"

#include <errno.h>

static const struct cgroup_limit_row rows[] = {
    { "memory.limit", "memory.max", CGROUP_MEMORY, cgroup_limit_memory },
    { "memory.swap", "memory.swap.max", CGROUP_MEMORY, cgroup_limit_swap },
    { "memory.reservation", "memory.low", CGROUP_MEMORY, cgroup_limit_reservation },
    { "memory", NULL, 0, cgroup_limit_memory_v1 },
    { "cpu.shares", "cpu.weight", CGROUP_CPU, cgroup_limit_shares },
    { "cpu.quota", "cpu.max", CGROUP_CPU, cgroup_limit_quota },
    { "cpu.burst", "cpu.max.burst", CGROUP_CPU, cgroup_limit_burst },
    { "cpu.idle", "cpu.idle", CGROUP_CPU, cgroup_limit_idle },
    { "cpu.realtimeRuntime", NULL, 0, cgroup_limit_realtime },
    { "cpu.cpus", "cpuset.cpus", CGROUP_CPUSET, cgroup_limit_cpus },
    { "cpu.mems", "cpuset.mems", CGROUP_CPUSET, cgroup_limit_mems },
    { "pids.limit", "pids.max", CGROUP_PIDS, cgroup_limit_pids },
    { "blockIO.weight", "io.bfq.weight", CGROUP_IO, cgroup_limit_io_weight },
    { "blockIO.weightDevice", "io.bfq.weight", CGROUP_IO, cgroup_limit_io_weight_device },
    { "blockIO.throttleReadBpsDevice", "io.max", CGROUP_IO, cgroup_limit_io_read_bps },
    { "blockIO.throttleWriteBpsDevice", "io.max", CGROUP_IO, cgroup_limit_io_write_bps },
    { "blockIO.throttleReadIOPSDevice", "io.max", CGROUP_IO, cgroup_limit_io_read_iops },
    { "blockIO.throttleWriteIOPSDevice", "io.max", CGROUP_IO, cgroup_limit_io_write_iops },
    { "hugepageLimits", NULL, CGROUP_HUGETLB, cgroup_limit_hugepages },
    { "rdma", "rdma.max", CGROUP_RDMA, cgroup_limit_rdma },
    { "network", NULL, 0, cgroup_limit_network },
    { "unified", NULL, 0, cgroup_limit_unified },
};

void cgroup_limits_free(struct cgroup_limits *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->v[i].file);
        free(l->v[i].value);
        free(l->v[i].alt_file);
        free(l->v[i].alt_value);
    }
    free(l->v);
    *l = (struct cgroup_limits){ 0 };
}

struct cgroup_limit *cgroup_limit_add(struct cgroup_limits *l, const struct cgroup_limit_row *row,
                                      const char *file, char *value)
{
    struct cgroup_limit *more = reallocarray(l->v, l->n + 1, sizeof(*more));

    if (!more) {
        free(value);
        return NULL;
    }
    l->v = more;
    struct cgroup_limit *limit = &l->v[l->n++];
    *limit = (struct cgroup_limit){
        .field = row->field,
        .controller = row->controller,
        .file = str_dup(file),
        .value = value,
    };
    return limit->file && limit->value ? limit : NULL;
}

int cgroup_limits_make(const struct config_resources *r, struct cgroup_limits *ret, struct err *e)
{
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };

    for (size_t i = 0; r && i < ARRAY_LEN(rows); i++) {
        int rc = rows[i].format(&rows[i], r, &l, e);
        if (rc < 0)
            return rc;
    }
    *ret = l;
    l = (struct cgroup_limits){ 0 };
    return 0;
}

unsigned cgroup_limits_controllers(const struct cgroup_limits *l)
{
    unsigned set = 0;

    for (size_t i = 0; i < l->n; i++)
        if (!l->v[i].lax)
            set |= l->v[i].controller;
    return set;
}

/* What the kernel's answer means for this file, where that is known. */
static void add_hint(const struct cgroup_limit *l, int errnum, struct err *e)
{
    if (errnum == ENOENT)
        err_hint(e, "this kernel lacks that control");
    else if (errnum == EBUSY && STREQ(l->file, "memory.max"))
        err_hint(e, "the group uses more memory than that and cannot shrink");
    else if (l->controller == CGROUP_CPUSET)
        err_hint(e, "the list must be within the parent group's %s.effective", l->file);
    else if (errnum == ENODEV && l->controller == CGROUP_IO)
        err_hint(e, "there is no such block device; a partition has no limits of its own");
}

static int write_one(const struct cgroup_limit *l, int dirfd, const char *name, struct err *e)
{
    const char *file = l->file, *value = l->value;
    int r = fs_put(dirfd, file, value);

    if (r < 0 && errno == ENOENT && l->alt_file) {
        file = l->alt_file;
        value = l->alt_value;
        r = fs_put(dirfd, file, value);
    }
    if (r == 0 || l->lax)
        return 0;
    int errnum = errno;
    if (errnum == ENOENT && STREQ(file, "memory.swap.max")) {
        log_warn("this kernel does not account swap: memory is limited without it");
        return 0;
    }
    AUTO_FREE char *what = str_fmt("\"%s\" to %s/%s", value, name, file);
    err_errnum(e, errnum, "write", what);
    add_hint(l, errnum, e);
    return err_wrap(e, "%s", l->field);
}

int cgroup_limits_write(const struct cgroup_limits *l, int dirfd, const char *name, struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        int r = write_one(&l->v[i], dirfd, name, e);
        if (r < 0)
            return r;
    }
    return 0;
}
