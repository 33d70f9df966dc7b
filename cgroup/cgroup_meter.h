/* SPDX-License-Identifier: MIT */
/* A group's counters read again and again: its files stay open between two looks. */
#pragma once

#include "cgroup/cgroup_stat.h"

enum cgroup_meter_file {
    CGROUP_METER_CPU,
    CGROUP_METER_MEMORY,
    CGROUP_METER_MEMORY_MAX,
    CGROUP_METER_MEMORY_STAT,
    CGROUP_METER_PIDS,
    CGROUP_METER_IO,
    CGROUP_METER_CPU_PSI,
    CGROUP_METER_MEMORY_PSI,
    CGROUP_METER_IO_PSI,
    CGROUP_METER_FILES,
};

struct cgroup_meter {
    struct cgroup group;
    int fd[CGROUP_METER_FILES]; /* -1: there is no such file, or it is opened for each look */
    bool there[CGROUP_METER_FILES];
};

#define CGROUP_METER_INIT                                                                          \
    {                                                                                              \
        .group = CGROUP_INIT                                                                       \
    }

/* What a look finds. */
struct cgroup_meter_reading {
    int64_t time; /* when: ns of CLOCK_MONOTONIC */
    struct cgroup_stat_cpu cpu;
    struct cgroup_stat_memory memory; /* there, current, max and inactive_file */
    bool pids_there, io_there;        /* false: the controller is off */
    uint64_t pids;
    uint64_t read, written; /* bytes, of all devices */
    struct cgroup_stat_psi io_psi;
};

/*
 * Opens the files of a group, those of pressure too with CGROUP_STAT_PRESSURE. On success the group
 * is the meter's. ERR_NOT_FOUND when it is gone. Without a descriptor to spare the files are opened
 * for each look.
 */
int cgroup_meter_open(struct cgroup *cg, unsigned what, struct cgroup_meter *ret, struct err *e);
void cgroup_meter_close(struct cgroup_meter *m);

/* Five to nine calls of pread(2) and no allocation. ERR_NOT_FOUND when the group is gone. */
int cgroup_meter_read(const struct cgroup_meter *m, struct cgroup_meter_reading *ret,
                      struct err *e);
