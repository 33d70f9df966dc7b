/* SPDX-License-Identifier: MIT */
/* The options that limit a container, which `hako run`, `create` and `update` share. */
#include "cli/limit_options.h"

#include "engine/args.h"

_Static_assert(offsetof(struct run_args, limits) == 0,
               "the table's offsets are struct run_args' too");

#define AT(field) OPT_AT(struct limit_args, field)
#define RATE(name, field, what)                                                                    \
    {                                                                                              \
        0, name, OPT_STRV, AT(field), "DEVICE:RATE", what, .words = opt_words_file                 \
    }

const struct opt limit_options[] = {
    { 0, "blkio-weight", OPT_INT, AT(blkio_weight), "N", "Weight of its block IO, 10 to 1000",
      .max = UINT16_MAX },
    { 0, "blkio-weight-device", OPT_STRV, AT(blkio_weight_devices), "DEVICE:WEIGHT",
      "Weight of its block IO on one device", .words = opt_words_file },
    { 0, "cpu-burst", OPT_INT, AT(cpu_burst), "MICROSECONDS",
      "CPU time that it may save up for later periods", .max = INT64_MAX },
    { 0, "cpu-idle", OPT_SWITCH, AT(cpu_idle), NULL, "Let it run only when nothing else does" },
    { 0, "cpu-period", OPT_INT, AT(cpu_period), "MICROSECONDS", "Length of a CPU scheduling period",
      .max = INT64_MAX },
    { 0, "cpu-quota", OPT_INT, AT(cpu_quota), "MICROSECONDS",
      "CPU time in each scheduling period, -1 for no limit", .min = -1, .max = INT64_MAX },
    { 0, "cpu-rt-period", OPT_INT, AT(cpu_rt_period), "MICROSECONDS",
      "Refused: cgroup v2 has no limits of real-time scheduling", .max = INT64_MAX },
    { 0, "cpu-rt-runtime", OPT_INT, AT(cpu_rt_runtime), "MICROSECONDS",
      "Refused: cgroup v2 has no limits of real-time scheduling", .max = INT64_MAX },
    { 'c', "cpu-shares", OPT_INT, AT(cpu_shares), "N", "Relative weight of the CPU time",
      .max = 262144 },
    { 0, "cpus", OPT_NANO, AT(cpus), "N", "How many CPUs it may use, such as 1.5" },
    { 0, "cpuset-cpus", OPT_STRING, AT(cpuset_cpus), "LIST", "CPUs it may run on, such as 0-3,5" },
    { 0, "cpuset-mems", OPT_STRING, AT(cpuset_mems), "LIST", "Memory nodes it may use" },
    RATE("device-read-bps", device_read_bps, "Limit how many bytes a second it reads of a device"),
    RATE("device-read-iops", device_read_iops, "Limit how often a second it reads of a device"),
    RATE("device-write-bps", device_write_bps,
         "Limit how many bytes a second it writes to a device"),
    RATE("device-write-iops", device_write_iops, "Limit how often a second it writes to a device"),
    { 'm', "memory", OPT_SIZE, AT(memory), "SIZE", "Limit its memory, such as 64m; -1 for no limit",
      .min = -1 },
    { 0, "memory-high", OPT_SIZE, AT(memory_high), "SIZE",
      "Slow it down and reclaim above this much memory; -1 for no limit", .min = -1 },
    { 0, "memory-min", OPT_SIZE, AT(memory_min), "SIZE", "Memory that is never taken from it" },
    { 0, "memory-reservation", OPT_SIZE, AT(memory_reservation), "SIZE",
      "Memory that is left to it when the host runs short" },
    { 0, "memory-swap", OPT_SIZE, AT(memory_swap), "SIZE",
      "Limit memory and swap together; -1 for unlimited swap", .min = -1 },
    { 0, "memory-swappiness", OPT_INT, AT(memory_swappiness), "N",
      "Ignored with a warning: cgroup v2 has no such control", .min = -1, .max = 100 },
    { 0, "oom-group", OPT_SWITCH, AT(oom_group), NULL,
      "Kill all of its processes when memory runs out, not one" },
    { 0, "oom-kill-disable", OPT_SWITCH, AT(oom_kill_disable), NULL,
      "Ignored with a warning: cgroup v2 has no such control" },
    { 0, "pids-limit", OPT_INT, AT(pids_limit), "N", "Limit its processes; -1 for no limit",
      .min = -1, .max = INT64_MAX },
    { 0, "unified", OPT_STRV, AT(unified), "FILE=VALUE",
      "Write to a file of its cgroup, such as memory.high=67108864", .aliases = "cgroup-conf" },
    { 0, "kernel-memory", OPT_SIZE, 0, 0, NULL, NULL, OPT_IGNORED },
    { 0 },
};
