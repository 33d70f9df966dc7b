/* SPDX-License-Identifier: MIT */
/* config.json: the spec's examples, round trips, every corner of the tables, cut documents. */
#include "base/json_value.h"
#include "oci/config.h"
#include "oci/features.h"
#include "oci/profile.h"
#include "oci/state.h"
#include "tests/unit/spec.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>

static struct config c;
static struct err e;

static void read_ok(const char *text)
{
    unit_ok(config_read(text, strlen(text), &c, &e), &e);
}

static void fails(const char *text, const char *msg)
{
    unit_fails(config_read(text, strlen(text), &c, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, msg);
}

/* What is written reads back, and is written the same again. */
static void round_trip(const struct json_table *t, void *obj)
{
    AUTO_BUF struct buf once = { 0 };
    AUTO_BUF struct buf twice = { 0 };

    json_write(t, obj, JSON_PRETTY, &once);
    json_free(t, obj);
    unit_ok(json_read(t, obj, once.data, once.len, &e), &e);
    json_write(t, obj, JSON_PRETTY, &twice);
    ck_assert_str_eq(once.data, twice.data);
    json_free(t, obj);
}

static void good_config(const char *path, const char *text, size_t len)
{
    ck_assert_msg(config_read(text, len, &c, &e) >= 0, "%s: %s", path, e.msg);
    round_trip(&config_table, &c);
}

/* Of the bad ones all but FreeBSD's break rules of a Linux config. */
static void bad_config(const char *path, const char *text, size_t len)
{
    int r = config_read(text, len, &c, &e);

    ck_assert_msg((r < 0) == !strstr(path, "freebsd"), "%s", path);
    if (r >= 0)
        config_free(&c);
    else
        ck_assert_msg(e.msg[0] == '/', "%s: %s", path, e.msg);
}

static void good_features(const char *path, const char *text, size_t len)
{
    struct features f;

    ck_assert_msg(json_read(&features_table, &f, text, len, &e) >= 0, "%s: %s", path, e.msg);
    round_trip(&features_table, &f);
}

static void bad_features(const char *path, const char *text, size_t len)
{
    struct features f;

    unit_fails(json_read(&features_table, &f, text, len, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/: required key \"ociVersionMax\" is missing");
}

static void good_state(const char *path, const char *text, size_t len)
{
    struct state s;

    ck_assert_msg(json_read(&state_table, &s, text, len, &e) >= 0, "%s: %s", path, e.msg);
    ck_assert_int_eq(s.status, STATE_RUNNING);
    round_trip(&state_table, &s);
}

static void bad_state(const char *path, const char *text, size_t len)
{
    struct state s;

    unit_fails(json_read(&state_table, &s, text, len, &e), ERR_INVALID, &e);
}

START_TEST(examples)
{
    if (!spec_dir())
        return;
    ck_assert_int_gt(spec_each("runtime/examples/config/good/*.json", good_config), 5);
    ck_assert_int_gt(spec_each("runtime/examples/config/bad/*.json", bad_config), 3);
    ck_assert_int_gt(spec_each("runtime/examples/features/good/*.json", good_features), 0);
    ck_assert_int_gt(spec_each("runtime/examples/features/bad/*.json", bad_features), 0);
    ck_assert_int_gt(spec_each("runtime/examples/state/good/*.json", good_state), 0);
    ck_assert_int_gt(spec_each("runtime/examples/state/bad/*.json", bad_state), 0);
}
END_TEST

static void read_profile(const char *path, const char *text, size_t len)
{
    struct profile p;

    ck_assert_msg(profile_read(text, len, &p, &e) >= 0, "%s: %s", path, e.msg);
    ck_assert_int_eq(p.default_action, CONFIG_ACT_ERRNO);
    ck_assert_uint_eq(p.default_errno_ret.val, 1);
    ck_assert_int_eq(p.arch_map[0].architecture, CONFIG_ARCH_X86_64);
    ck_assert_uint_eq(p.arch_map[0].sub_architectures.bits,
                      1U << CONFIG_ARCH_X86 | 1U << CONFIG_ARCH_X32);
    ck_assert_uint_gt(p.n_syscalls, 20);
    ck_assert_uint_eq(p.extra.n, 0);
    for (size_t i = 0; i < p.n_syscalls; i++)
        ck_assert_uint_eq(p.syscalls[i].extra.n, 0);
    round_trip(&profile_table, &p);
}

START_TEST(seccomp_profiles)
{
    struct profile p;
    static const char both[] = "{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[{\"name\":\"a\","
                               "\"names\":[\"b\"],\"action\":\"SCMP_ACT_LOG\"}]}";

    unit_fails(profile_read(both, strlen(both), &p, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/syscalls/0: name and names exclude each other");
    if (spec_dir())
        ck_assert_int_eq(spec_each("seccomp-default.json", read_profile), 1);
}
END_TEST

/* Every key of the Linux schema once. */
static const char full[] =
    "{\"ociVersion\":\"1.3.0\",\"process\":{\"terminal\":true,\"consoleSize\":{\"height\":24,"
    "\"width\":80},\"user\":{\"uid\":1,\"gid\":2,\"umask\":18,\"additionalGids\":[5,6],"
    "\"username\":\"u\"},\"args\":[\"sh\"],\"env\":[\"A=b\"],\"cwd\":\"/\",\"capabilities\":{"
    "\"bounding\":[\"CAP_CHOWN\",\"CAP_NEWEST\"],\"ambient\":[\"CAP_CHECKPOINT_RESTORE\"]},"
    "\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"soft\":10,\"hard\":18446744073709551615}],"
    "\"noNewPrivileges\":true,\"apparmorProfile\":\"a\",\"selinuxLabel\":\"s\",\"oomScoreAdj\":0,"
    "\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"flags\":[\"SCHED_FLAG_RECLAIM\"],"
    "\"runtime\":1,\"deadline\":2,\"period\":3},\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\","
    "\"priority\":4},\"execCPUAffinity\":{\"initial\":\"0-3,7\",\"final\":\"1\"}},"
    "\"root\":{\"path\":\"rootfs\",\"readonly\":true},\"hostname\":\"h\",\"domainname\":\"d\","
    "\"mounts\":[{\"destination\":\"/m\",\"type\":\"bind\",\"source\":\"/s\",\"options\":[\"rbind\"],"
    "\"uidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":2}],"
    "\"gidMappings\":[{\"containerID\":0,\"hostID\":1,\"size\":2}]}],"
    "\"hooks\":{\"prestart\":[{\"path\":\"/a\"}],\"createRuntime\":[{\"path\":\"/b\"}],"
    "\"createContainer\":[{\"path\":\"/c\"}],\"startContainer\":[{\"path\":\"/d\"}],"
    "\"poststart\":[{\"path\":\"/e\",\"args\":[\"e\"],\"env\":[\"E=1\"],\"timeout\":5}],"
    "\"poststop\":[{\"path\":\"/f\"}]},\"annotations\":{\"k\":\"v\"},"
    "\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\",\"path\":\"/run/n\"},"
    "{\"type\":\"mount\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},{\"type\":\"user\"},"
    "{\"type\":\"cgroup\"},{\"type\":\"time\"}],"
    "\"uidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":10}],"
    "\"gidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":10}],"
    "\"timeOffsets\":{\"monotonic\":{\"secs\":-1,\"nanosecs\":5},\"boottime\":{\"secs\":2}},"
    "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":10,\"minor\":229,\"fileMode\":438,"
    "\"uid\":0,\"gid\":0}],\"netDevices\":{\"eth0\":{\"name\":\"c0\"},\"eth1\":{}},"
    "\"cgroupsPath\":\"/c\",\"resources\":{\"devices\":[{\"allow\":false,\"type\":\"c\","
    "\"major\":-1,\"minor\":0,\"access\":\"rwm\"}],\"memory\":{\"limit\":1,\"reservation\":2,"
    "\"swap\":-1,\"kernel\":4,\"kernelTCP\":5,\"swappiness\":6,\"disableOOMKiller\":false,"
    "\"useHierarchy\":true,\"checkBeforeUpdate\":true},\"cpu\":{\"shares\":1,\"quota\":-1,"
    "\"burst\":3,\"period\":4,\"realtimeRuntime\":5,\"realtimePeriod\":6,\"cpus\":\"0\","
    "\"mems\":\"0\",\"idle\":1},\"pids\":{\"limit\":0},\"blockIO\":{\"weight\":10,"
    "\"leafWeight\":11,\"weightDevice\":[{\"major\":8,\"minor\":0,\"weight\":1,\"leafWeight\":2}],"
    "\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1}],"
    "\"throttleWriteBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":2}],"
    "\"throttleReadIOPSDevice\":[{\"major\":8,\"minor\":0,\"rate\":3}],"
    "\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":0,\"rate\":4}]},"
    "\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":9}],\"network\":{\"classID\":1,"
    "\"priorities\":[{\"name\":\"eth0\",\"priority\":2}]},"
    "\"rdma\":{\"mlx\":{\"hcaHandles\":3,\"hcaObjects\":4}},\"unified\":{\"memory.high\":\"1\"}},"
    "\"intelRdt\":{\"closID\":\"g\",\"schemata\":[\"L3:0=f\"],\"l3CacheSchema\":\"L3:0=f\","
    "\"memBwSchema\":\"MB:0=1\",\"enableMonitoring\":false},"
    "\"memoryPolicy\":{\"mode\":\"MPOL_INTERLEAVE\",\"nodes\":\"0-1\","
    "\"flags\":[\"MPOL_F_STATIC_NODES\"]},\"sysctl\":{\"net.ipv4.ip_forward\":\"1\"},"
    "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
    "\"architectures\":[\"SCMP_ARCH_X86_64\"],\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
    "\"listenerPath\":\"/l\",\"listenerMetadata\":\"m\",\"syscalls\":[{\"names\":[\"read\"],"
    "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1,\"args\":[{\"index\":5,"
    "\"value\":18446744073709551615,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]},"
    "\"rootfsPropagation\":\"rslave\",\"maskedPaths\":[\"/proc/kcore\"],"
    "\"readonlyPaths\":[\"/proc/sys\"],\"mountLabel\":\"l\",\"personality\":{"
    "\"domain\":\"LINUX32\",\"flags\":[]}},\"vm\":{\"kernel\":{\"path\":\"/k\"}}}";

START_TEST(whole_schema)
{
    AUTO_BUF struct buf b = { 0 };

    read_ok(full);
    config_write(&c, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, full);
    ck_assert_uint_eq(c.extra.n, 1);
    ck_assert_uint_eq(c.lnx.extra.n, 0);
    ck_assert_uint_eq(c.process->extra.n, 0);
    ck_assert_uint_eq(c.lnx.resources->extra.n, 0);
    config_free(&c);
}
END_TEST

START_TEST(values)
{
    read_ok(full);
    const struct config_process *p = c.process;

    ck_assert(p->terminal);
    ck_assert_uint_eq(p->user.additional_gids.v[1], 6);
    ck_assert_uint_eq(p->capabilities->bounding.bits, 1U << CAP_CHOWN);
    ck_assert_str_eq(p->capabilities->bounding.unknown[0], "CAP_NEWEST");
    ck_assert_uint_eq(p->capabilities->ambient.bits, UINT64_C(1) << CAP_CHECKPOINT_RESTORE);
    ck_assert_int_eq(p->rlimits[0].type, RLIMIT_NOFILE);
    ck_assert_uint_eq(p->rlimits[0].hard, RLIM_INFINITY);
    ck_assert(p->oom_score_adj.set && p->oom_score_adj.val == 0);
    ck_assert_int_eq(p->scheduler->policy, SCHED_DEADLINE);
    ck_assert_uint_eq(p->scheduler->flags.bits, 1U << CONFIG_SCHED_RECLAIM);
    ck_assert_int_eq(p->io_priority->io_class, CONFIG_IO_IDLE);
    ck_assert_int_eq(c.hooks.poststart.v[0].timeout.val, 5);
    ck_assert_str_eq(config_namespace(&c, CONFIG_NS_NETWORK)->path, "/run/n");
    ck_assert_ptr_null(config_namespace(&c, CONFIG_NS_PID)->path);
    ck_assert_str_eq(c.lnx.net_devices[1].host_name, "eth1");
    ck_assert_str_eq(c.lnx.resources->rdma[0].device, "mlx");
    ck_assert_int_eq(c.lnx.resources->memory->swap.val, -1);
    ck_assert(!c.lnx.resources->memory->disable_oom_killer.val);
    ck_assert_uint_eq(c.lnx.resources->block_io->write_iops.v[0].rate, 4);
    ck_assert_int_eq(c.lnx.seccomp->syscalls[0].args[0].op, CONFIG_CMP_MASKED_EQ);
    ck_assert_int_eq(c.lnx.memory_policy->mode, CONFIG_MPOL_INTERLEAVE);
    ck_assert_int_eq(c.lnx.personality->domain, CONFIG_PERSONA_LINUX32);
    ck_assert_str_eq(config_annotation(&c, "k"), "v");
    ck_assert_ptr_null(config_annotation(&c, "x"));
    config_free(&c);
}
END_TEST

START_TEST(copies_are_deep)
{
    struct config copy;
    AUTO_BUF struct buf b = { 0 };

    read_ok(full);
    unit_ok(config_copy(&c, &copy, &e), &e);
    config_free(&c);
    config_write(&copy, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, full);
    config_free(&copy);
}
END_TEST

START_TEST(an_empty_namespace_path_is_none)
{
    read_ok(
        "{\"ociVersion\":\"1.0.0\",\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"path\":\"\"}]}}");
    ck_assert_ptr_null(c.lnx.namespaces[0].path);
    config_free(&c);
}
END_TEST

static const struct {
    const char *text; /* after {"ociVersion":"1.0.0", */
    const char *msg;
} bad[] = {
    { "\"linux\":{\"resources\":{\"memory\":{\"limit\":\"1g\"}}}",
      "/linux/resources/memory/limit: expected integer, found \"1g\"" },
    { "\"process\":{}", "/process: required key \"cwd\" is missing" },
    { "\"process\":{\"cwd\":\"/\",\"rlimits\":[{\"type\":\"RLIMIT_X\",\"soft\":1,\"hard\":1}]}",
      "/process/rlimits/0/type: expected one of RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, "
      "RLIMIT_FSIZE, RLIMIT_LOCKS, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_NOFILE, "
      "RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME, RLIMIT_SIGPENDING, RLIMIT_STACK, "
      "found \"RLIMIT_X\"" },
    { "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":-1}}",
      "/process/user/uid: expected integer from 0 to 4294967294, found -1" },
    { "\"process\":{\"cwd\":\"/\",\"execCPUAffinity\":{\"initial\":\"a\"}}",
      "/process/execCPUAffinity/initial: expected a list of cpus such as 0-3,7, found \"a\"" },
    { "\"root\":{}", "/root: required key \"path\" is missing" },
    { "\"mounts\":[{\"type\":\"proc\"}]", "/mounts/0: required key \"destination\" is missing" },
    { "\"hooks\":{\"poststop\":[{\"path\":\"x\"}]}",
      "/hooks/poststop/0/path: expected an absolute path, found \"x\"" },
    { "\"hooks\":{\"poststop\":[{\"path\":\"/x\",\"timeout\":0}]}",
      "/hooks/poststop/0/timeout: expected integer from 1 to 2147483647, found 0" },
    { "\"annotations\":{\"\":\"v\"}", "/annotations/: must not be empty, found \"\"" },
    { "\"linux\":{\"namespaces\":[{\"type\":\"net\"}]}",
      "/linux/namespaces/0/type: expected one of pid, network, mount, ipc, uts, user, cgroup, "
      "time, found \"net\"" },
    { "\"linux\":{\"devices\":[{\"type\":\"x\",\"path\":\"/a\"}]}",
      "/linux/devices/0/type: expected a device type: c, b, u or p, found \"x\"" },
    { "\"linux\":{\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"rx\"}]}}",
      "/linux/resources/devices/0/access: expected device access: any of r, w, m, found \"rx\"" },
    { "\"linux\":{\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}}}",
      "/linux/timeOffsets/boottime/nanosecs: expected integer from 0 to 999999999, found "
      "1000000000" },
    { "\"linux\":{\"rootfsPropagation\":\"public\"}",
      "/linux/rootfsPropagation: expected private, shared, slave or unbindable (or one of them "
      "with an r before it), found \"public\"" },
    { "\"linux\":{\"intelRdt\":{\"memBwSchema\":\"L3:\"}}",
      "/linux/intelRdt/memBwSchema: expected one line that starts with MB:, found \"L3:\"" },
    { "\"linux\":{\"seccomp\":{\"syscalls\":[]}}",
      "/linux/seccomp: required key \"defaultAction\" is missing" },
    { "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":[\"a\"],"
      "\"action\":\"SCMP_ACT_LOG\",\"args\":[{\"index\":6,\"value\":0,\"op\":\"SCMP_CMP_EQ\"}]}]}}",
      "/linux/seccomp/syscalls/0/args/0/index: expected integer from 0 to 5, found 6" },
};

START_TEST(grammar)
{
    AUTO_FREE char *text = str_fmt("{\"ociVersion\":\"1.0.0\",%s}", bad[_i].text);

    fails(text, bad[_i].msg);
}
END_TEST

START_TEST(no_version)
{
    fails("{}", "/: required key \"ociVersion\" is missing");
}
END_TEST

START_TEST(unknown_keys_are_kept_everywhere)
{
    static const char text[] =
        "{\"ociVersion\":\"1.9.0\",\"process\":{\"user\":{\"uid\":0,\"gid\":0,\"x\":1},"
        "\"cwd\":\"/\",\"capabilities\":{\"x\":2},\"x\":3},\"mounts\":[{\"destination\":\"/\","
        "\"x\":4}],\"hooks\":{\"x\":5},\"linux\":{\"namespaces\":[{\"type\":\"pid\",\"x\":6}],"
        "\"resources\":{\"memory\":{\"x\":7},\"x\":8},\"seccomp\":{\"defaultAction\":"
        "\"SCMP_ACT_LOG\",\"x\":9},\"x\":10},\"x\":{\"y\":[11]}}";
    AUTO_BUF struct buf b = { 0 };

    read_ok(text);
    config_write(&c, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, text);
    config_free(&c);
}
END_TEST

/* Under ASan this also shows that nothing is read beyond the end and nothing leaks. */
START_TEST(cut_anywhere)
{
    for (size_t len = 0; len < strlen(full); len++) {
        AUTO_FREE char *cut = malloc(len + 1);

        memcpy(cut, full, len);
        unit_fails(config_read(cut, len, &c, &e), ERR_INVALID, &e);
    }
}
END_TEST

START_TEST(namespace_facts)
{
    ck_assert_int_eq(config_ns_flag(CONFIG_NS_MOUNT), CLONE_NEWNS);
    ck_assert_int_eq(config_ns_flag(CONFIG_NS_TIME), 0x80);
    ck_assert_str_eq(config_ns_file(CONFIG_NS_MOUNT), "mnt");
    for (int i = 1; i < CONFIG_NS_MAX; i++) {
        AUTO_FREE char *path = str_fmt("/proc/self/ns/%s", config_ns_file((enum config_ns)i));

        ck_assert_msg(access(path, F_OK) == 0, "%s", path);
        ck_assert_ptr_nonnull(json_enum_name(config_ns_names, i));
    }
    for (int i = 0; i <= CAP_LAST_CAP; i++)
        ck_assert_ptr_nonnull(json_enum_name(config_cap_names, i));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("config");

    tcase_add_test(t, examples);
    tcase_add_test(t, seccomp_profiles);
    tcase_add_test(t, whole_schema);
    tcase_add_test(t, values);
    tcase_add_test(t, copies_are_deep);
    tcase_add_test(t, an_empty_namespace_path_is_none);
    tcase_add_loop_test(t, grammar, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(t, no_version);
    tcase_add_test(t, unknown_keys_are_kept_everywhere);
    tcase_add_test(t, cut_anywhere);
    tcase_add_test(t, namespace_facts);
    return unit_run(t);
}
