/* SPDX-License-Identifier: MIT */
/* Rules across config.json's fields: each broken once, by a document that breaks nothing else. */
#include "oci/valid.h"
#include "oci/valid_rule.h"
#include "tests/unit/spec.h"

static struct config c;
static struct err e;

static const struct {
    const char *text; /* a whole config, without its braces and ociVersion */
    const char *msg;  /* NULL: breaks no rule */
} cases[] = {
#define ROOT    "\"root\":{\"path\":\"r\"}"
#define PROC(x) ROOT ",\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"," x "}"
#define LNX(x)  ROOT ",\"linux\":{" x "}"
#define NS(x)   "\"namespaces\":[{\"type\":\"" x "\"}]"
#define MAP     "[{\"containerID\":0,\"hostID\":0,\"size\":10}]"
#define MAPS    "\"uidMappings\":" MAP ",\"gidMappings\":" MAP
    { ROOT, NULL },
    { "\"hostname\":\"\"", "/root: required key \"root\" is missing" },
    { ROOT ",\"process\":{\"cwd\":\"/\"}", "/process/args: must name a program to run" },
    { ROOT ",\"process\":{\"cwd\":\"/\",\"args\":[]}",
      "/process/args: must name a program to run" },
    { ROOT ",\"process\":{\"cwd\":\"/\",\"args\":[\"\"]}",
      "/process/args: must name a program to run" },
    { ROOT ",\"process\":{\"cwd\":\"rel\",\"args\":[\"a\"]}",
      "/process/cwd: expected an absolute path" },
    { PROC("\"env\":[\"A=\",\"B\"]"), "/process/env/1: expected NAME=VALUE" },
    { PROC("\"env\":[\"=b\"]"), "/process/env/0: expected NAME=VALUE" },
    { PROC("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1},"
           "{\"type\":\"RLIMIT_CPU\",\"soft\":1,\"hard\":1}]"),
      "/process/rlimits/1/type: this limit is set twice" },
    { PROC("\"rlimits\":[{\"type\":\"RLIMIT_CPU\",\"soft\":2,\"hard\":1}]"),
      "/process/rlimits/0/soft: the soft limit is above the hard one" },
    { PROC("\"oomScoreAdj\":1001"), "/process/oomScoreAdj: expected a number from -1000 to 1000" },
    { PROC("\"oomScoreAdj\":-1000"), NULL },
    { PROC("\"oomScoreAdj\":-2147483648"),
      "/process/oomScoreAdj: expected a number from -1000 to 1000" },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"nice\":20}"),
      "/process/scheduler/nice: expected a number from -20 to 19" },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"priority\":1}"),
      "/process/scheduler/priority: expected 1 to 99 for SCHED_FIFO and SCHED_RR, 0 for every "
      "other policy" },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_FIFO\"}"),
      "/process/scheduler/priority: expected 1 to 99 for SCHED_FIFO and SCHED_RR, 0 for every "
      "other policy" },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_FIFO\",\"priority\":1}"), NULL },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_RR\",\"priority\":1,\"runtime\":1}"),
      "/process/scheduler: runtime, deadline and period belong to SCHED_DEADLINE" },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":2,\"deadline\":1}"),
      "/process/scheduler: SCHED_DEADLINE needs a runtime <= its deadline <= its period" },
    { PROC("\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1,\"deadline\":2}"), NULL },
    { PROC("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}"),
      "/process/ioPriority/priority: expected a number from 0 to 7" },
    { ROOT ",\"mounts\":[{\"destination\":\"/a\",\"options\":[\"rbind\"]}]",
      "/mounts/0/source: a bind mount needs a source" },
    { ROOT ",\"mounts\":[{\"destination\":\"/a\",\"source\":\"/b\",\"options\":[\"bind\"],"
           "\"uidMappings\":" MAP "}]",
      "/mounts/0/uidMappings: uidMappings and gidMappings need each other" },
#define BOUND "\"destination\":\"/a\",\"source\":\"/b\",\"options\":[\"bind\",\"ridmap\"]"
#define MNT   ",\"linux\":{" NS("mount") "}"
    { ROOT ",\"mounts\":[{" BOUND "}]" MNT,
      "/mounts/0/options: idmap needs uidMappings and gidMappings, or a user namespace" },
    { ROOT ",\"mounts\":[{" BOUND "," MAPS "}]" MNT, NULL },
    { ROOT ",\"mounts\":[{\"destination\":\"/a\",\"type\":\"tmpfs\"," MAPS "}]" MNT,
      "/mounts/0/options: ids can be mapped in bind mounts only" },
    { LNX("\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"},{\"type\":\"pid\"}]"),
      "/linux/namespaces/2: this type of namespace is listed twice" },
    { LNX("\"namespaces\":[{\"type\":\"pid\",\"path\":\"proc/1/ns/pid\"}]"),
      "/linux/namespaces/0/path: expected an absolute path" },
    { LNX("\"uidMappings\":" MAP), "/linux/uidMappings: needs a user namespace" },
    { LNX("\"gidMappings\":" MAP), "/linux/gidMappings: needs a user namespace" },
    { LNX(NS("user")), "/linux/uidMappings: a new user namespace needs mappings" },
    { LNX(NS("user") ",\"uidMappings\":" MAP),
      "/linux/gidMappings: a new user namespace needs mappings" },
    { LNX(NS("user") "," MAPS), NULL },
    { LNX("\"namespaces\":[{\"type\":\"user\",\"path\":\"/x\"}]"), NULL },
    { LNX(NS("user") ",\"gidMappings\":" MAP
                     ",\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":0}]"),
      "/linux/uidMappings/0/size: must not be 0" },
    { LNX(NS("user") ",\"uidMappings\":" MAP
                     ",\"gidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":0}]"),
      "/linux/gidMappings/0/size: must not be 0" },
#define TWICE                                                                                      \
    "[{\"containerID\":0,\"hostID\":0,\"size\":10},{\"containerID\":9,\"hostID\":20,\"size\":1}]"
    { LNX(NS("user") ",\"gidMappings\":" MAP ",\"uidMappings\":" TWICE),
      "/linux/uidMappings/1: overlaps another mapping" },
    { LNX(NS("user") ",\"uidMappings\":" MAP ",\"gidMappings\":" TWICE),
      "/linux/gidMappings/1: overlaps another mapping" },
    { PROC("\"user\":{\"uid\":10,\"gid\":0}") ",\"linux\":{" NS("user") "," MAPS "}",
      "/process/user/uid: this user is not in /linux/uidMappings" },
    { PROC("\"user\":{\"uid\":9,\"gid\":10}") ",\"linux\":{" NS("user") "," MAPS "}",
      "/process/user/gid: this group is not in /linux/gidMappings" },
    { LNX("\"timeOffsets\":{\"boottime\":{\"secs\":1}}"),
      "/linux/timeOffsets: needs a new time namespace" },
    { LNX("\"namespaces\":[{\"type\":\"time\",\"path\":\"/x\"}],"
          "\"timeOffsets\":{\"boottime\":{\"secs\":1}}"),
      "/linux/timeOffsets: needs a new time namespace" },
    { LNX(NS("time") ",\"timeOffsets\":{\"boottime\":{\"secs\":1}}"), NULL },
    { ROOT ",\"hostname\":\"h\"", "/hostname: needs a uts namespace" },
    { ROOT ",\"domainname\":\"h\"", "/domainname: needs a uts namespace" },
    { ROOT ",\"hostname\":\"h\",\"linux\":{" NS("uts") "}", NULL },
    { LNX("\"sysctl\":{\"net.core.somaxconn\":\"1\"}"),
      "/linux/sysctl/net.core.somaxconn: needs a network namespace" },
    { LNX("\"sysctl\":{\"net/core/somaxconn\":\"1\"}"),
      "/linux/sysctl/net~1core~1somaxconn: needs a network namespace" },
    { LNX(NS("network") ",\"sysctl\":{\"net/core/somaxconn\":\"1\"}"), NULL },
    { LNX("\"sysctl\":{\"kernel.shmmax\":\"1\"}"),
      "/linux/sysctl/kernel.shmmax: needs an ipc namespace" },
    { LNX("\"sysctl\":{\"fs.mqueue.msg_max\":\"1\"}"),
      "/linux/sysctl/fs.mqueue.msg_max: needs an ipc namespace" },
    { LNX(NS("ipc") ",\"sysctl\":{\"fs.mqueue.msg_max\":\"1\",\"kernel.sem\":\"1\"}"), NULL },
    { LNX("\"sysctl\":{\"kernel.domainname\":\"x\"}"),
      "/linux/sysctl/kernel.domainname: needs a uts namespace" },
    { LNX(NS("ipc") ",\"sysctl\":{\"kernel.semaphore\":\"1\"}"),
      "/linux/sysctl/kernel.semaphore: this sysctl is the whole machine's, not a container's" },
    { LNX("\"sysctl\":{\"vm.swappiness\":\"1\"}"),
      "/linux/sysctl/vm.swappiness: this sysctl is the whole machine's, not a container's" },
    { LNX(NS("network") ",\"sysctl\":{\"net/../vm/swappiness\":\"1\"}"),
      "/linux/sysctl/net~1..~1vm~1swappiness: expected a name such as net.ipv4.ip_forward" },
    { LNX(NS("mount") ",\"maskedPaths\":[\"/a\",\"b\"]"),
      "/linux/maskedPaths/1: expected an absolute path" },
    { LNX(NS("mount") ",\"readonlyPaths\":[\"b\"]"),
      "/linux/readonlyPaths/0: expected an absolute path" },
    { LNX("\"maskedPaths\":[\"/a\"]"), "/linux/maskedPaths: needs a mount namespace" },
    { LNX("\"readonlyPaths\":[\"/a\"]"), "/linux/readonlyPaths: needs a mount namespace" },
    { LNX("\"maskedPaths\":[]"), NULL },
    { LNX("\"devices\":[{\"type\":\"c\",\"path\":\"/dev/x\",\"major\":-1,\"minor\":0}]"),
      "/linux/devices/0: a device needs a major and a minor number" },
    { LNX("\"devices\":[{\"type\":\"p\",\"path\":\"/dev/x\",\"major\":-1,\"minor\":-1}]"), NULL },
    { LNX("\"netDevices\":{\"eth0\":{}}"), "/linux/netDevices: needs a network namespace" },
    { LNX(NS("network") ",\"netDevices\":{\"eth0\":{\"name\":\"c%d\"}}"), NULL },
    { LNX(NS("network") ",\"netDevices\":{\"eth0\":{\"name\":\"a/b\"}}"),
      "/linux/netDevices/eth0: not a name that an interface can have" },
    { LNX(NS("network") ",\"netDevices\":{\"0123456789abcdef\":{}}"),
      "/linux/netDevices/0123456789abcdef: not a name that an interface can have" },
    { LNX(NS("network") ",\"netDevices\":{\"eth0\":{},\"eth1\":{\"name\":\"eth0\"}}"),
      "/linux/netDevices/eth1: another device has this name in the container" },
    { LNX("\"resources\":{\"memory\":{\"limit\":10,\"swap\":5}}"),
      "/linux/resources/memory/swap: memory and swap together are less than memory alone" },
    { LNX("\"resources\":{\"memory\":{\"swap\":5}}"),
      "/linux/resources/memory/swap: a swap limit needs a memory limit" },
    { LNX("\"resources\":{\"memory\":{\"limit\":10,\"swap\":-1}}"), NULL },
    { LNX("\"resources\":{\"unified\":{\"../x\":\"1\"}}"),
      "/linux/resources/unified/..~1x: expected the name of a file in the group" },
    { LNX("\"intelRdt\":{\"closID\":\"a/b\"}"),
      "/linux/intelRdt/closID: expected the name of a directory" },
    { LNX("\"memoryPolicy\":{\"mode\":\"MPOL_LOCAL\",\"nodes\":\"0\"}"),
      "/linux/memoryPolicy/nodes: this mode takes no nodes" },
    { LNX("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\"}"),
      "/linux/memoryPolicy/nodes: this mode needs nodes" },
    { LNX("\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0\",\"flags\":"
          "[\"MPOL_F_STATIC_NODES\",\"MPOL_F_RELATIVE_NODES\"]}"),
      "/linux/memoryPolicy/flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each "
      "other" },
    { LNX("\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"X\"]}"),
      "/linux/personality/flags: the spec defines no flags yet" },
    { "\"root\":{\"path\":\"r\"},\"annotations\":{\"run.oci.handler\":\"wasm\"}",
      "/annotations/run.oci.handler: hako-oci runs programs itself and has no handlers" },
    { "\"root\":{\"path\":\"r\"},\"annotations\":{\"run.oci.delegate-cgroup\":\"../a\"}",
      "/annotations/run.oci.delegate-cgroup: expected the name of a group" },
#define SEC(action, more) LNX("\"seccomp\":{\"defaultAction\":\"SCMP_ACT_" action "\"," more "}")
#define CALL(name, action, more)                                                                   \
    "\"syscalls\":[{\"names\":[" name "],\"action\":\"SCMP_ACT_" action "\"" more "}]"
    { SEC("ALLOW", "\"defaultErrnoRet\":1"),
      "/linux/seccomp/defaultErrnoRet: this action carries no errno" },
    { SEC("TRACE", "\"defaultErrnoRet\":1"), NULL },
    { SEC("ALLOW", CALL("\"a\"", "LOG", ",\"errnoRet\":1")),
      "/linux/seccomp/syscalls/0/errnoRet: this action carries no errno" },
    { SEC("ALLOW", CALL("", "LOG", "")),
      "/linux/seccomp/syscalls/0/names: no system call is named" },
    { SEC("NOTIFY", "\"syscalls\":[]"),
      "/linux/seccomp/defaultAction: SCMP_ACT_NOTIFY cannot be the default action" },
    { SEC("ALLOW", "\"listenerPath\":\"/l\"," CALL("\"read\",\"write\"", "NOTIFY", "")),
      "/linux/seccomp/syscalls/0: SCMP_ACT_NOTIFY cannot be used for write" },
    { SEC("ALLOW", CALL("\"read\"", "NOTIFY", "")),
      "/linux/seccomp/syscalls/0/action: SCMP_ACT_NOTIFY needs a listenerPath" },
    { SEC("ALLOW", CALL("\"read\"", "NOTIFY", "")) ",\"annotations\":"
                                                   "{\"run.oci.seccomp.receiver\":\"/s\"}",
      NULL },
    { SEC("ALLOW", "\"listenerMetadata\":\"m\""),
      "/linux/seccomp/listenerMetadata: needs a listenerPath" },
};

START_TEST(each_case)
{
    AUTO_FREE char *text = str_fmt("{\"ociVersion\":\"1.0.0\",%s}", cases[_i].text);

    unit_ok(config_read(text, strlen(text), &c, &e), &e);
    if (cases[_i].msg) {
        unit_fails(valid_config(&c, VALID_CREATE, &e), ERR_INVALID, &e);
        ck_assert_str_eq(e.msg, cases[_i].msg);
    } else {
        unit_ok(valid_config(&c, VALID_CREATE, &e), &e);
    }
    config_free(&c);
}
END_TEST

/* The first rule that the document breaks, as if it were to be started. */
static const struct valid_rule *first_broken(const char *text)
{
    struct valid_found found = { 0 };

    unit_ok(config_read(text, strlen(text), &c, &e), &e);
    for (const struct valid_rule *const *table = valid_tables; *table; table++)
        for (const struct valid_rule *rule = *table; rule->pointer; rule++)
            if (rule->broken(&c, &found)) {
                config_free(&c);
                return rule;
            }
    config_free(&c);
    return NULL;
}

static bool is_broken_by_a_case(const struct valid_rule *rule)
{
    if (first_broken("{\"ociVersion\":\"0.9.0\"}") == rule)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        /* What is about no process has none: it is given one, so that it is the first fault. */
        AUTO_FREE char *bare = str_fmt("{\"ociVersion\":\"1.0.0\",%s}", cases[i].text);
        AUTO_FREE char *started =
            str_fmt("{\"ociVersion\":\"1.0.0\",\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"},%s}",
                    cases[i].text);

        if (first_broken(bare) == rule)
            return true;
        if (!strstr(cases[i].text, "\"process\"") && first_broken(started) == rule)
            return true;
    }
    return false;
}

START_TEST(every_rule_has_a_config_that_breaks_it)
{
    AUTO_BUF struct buf lacking = { 0 };
    size_t n = 0;

    for (const struct valid_rule *const *table = valid_tables; *table; table++)
        for (const struct valid_rule *rule = *table; rule->pointer; rule++, n++)
            if (!is_broken_by_a_case(rule))
                buf_fmt(&lacking, "\n%s: %s", rule->pointer, rule->message);
    ck_assert_msg(!lacking.data, "no case breaks:%s", lacking.data);
    ck_assert_uint_gt(n, 40);
}
END_TEST

START_TEST(versions)
{
    static const struct {
        const char *version;
        bool good;
    } known[] = {
        { "1.0.0", true },   { "1.0.2-dev", true }, { "1.3.0", true },   { "1.3.0+dev", true },
        { "1.99.0", true },  { "1.0", false },      { "1.0.", false },   { "1.0.0x", false },
        { "0.5.0", false },  { "2.0.0", false },    { "10.0.0", false }, { "", false },
        { "v1.0.0", false },
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        AUTO_FREE char *text =
            str_fmt("{\"ociVersion\":\"%s\",\"root\":{\"path\":\"r\"}}", known[i].version);

        unit_ok(config_read(text, strlen(text), &c, &e), &e);
        ck_assert_msg((valid_config(&c, VALID_CREATE, &e) >= 0) == known[i].good, "%s",
                      known[i].version);
        if (!known[i].good)
            ck_assert_msg(strstr(e.hint, "1.0.0 to 1.3.0"), "%s", e.hint);
        config_free(&c);
    }
}
END_TEST

START_TEST(start_needs_a_process)
{
    static const char text[] = "{\"ociVersion\":\"1.0.0\",\"root\":{\"path\":\"r\"}}";

    unit_ok(config_read(text, strlen(text), &c, &e), &e);
    unit_ok(valid_config(&c, VALID_CREATE, &e), &e);
    unit_fails(valid_config(&c, VALID_PROCESS, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/process: required key \"process\" is missing");
    config_free(&c);
}
END_TEST

START_TEST(a_process_alone)
{
    static const char text[] = "{\"args\":[\"a\"],\"cwd\":\"/\",\"env\":[\"x\"]}";
    struct config_process p;

    unit_ok(json_read(&config_process_table, &p, text, strlen(text), &e), &e);
    unit_fails(valid_process(&p, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "/env/0: expected NAME=VALUE");
    json_free(&config_process_table, &p);
}
END_TEST

/* The examples are good in every respect but the age of the version that some of them name. */
static void good_example(const char *path, const char *text, size_t len)
{
    if (strstr(path, "zos") || strstr(path, "freebsd"))
        return;
    unit_ok(config_read(text, len, &c, &e), &e);
    ck_assert_int_eq(str_set(&c.oci_version, "1.0.0"), 0);
    if (c.lnx.n_net_devices > 0) {
        unit_fails(valid_config(&c, VALID_CREATE, &e), ERR_INVALID, &e);
        ck_assert_str_eq(e.msg, "/linux/netDevices: needs a network namespace");
    } else {
        ck_assert_msg(valid_config(&c, VALID_CREATE, &e) >= 0, "%s: %s", path, e.msg);
    }
    config_free(&c);
}

START_TEST(examples)
{
    if (spec_dir())
        ck_assert_int_gt(spec_each("runtime/examples/config/good/*.json", good_example), 5);
}
END_TEST

START_TEST(ids_and_names)
{
    static const char *const ids[] = { "a", "A-b_c.d+e", "-x", "_", "9" };
    static const char *const bad_ids[] = { "", ".", "..", ".a", "a/b", "a b", "a\n", "\xc3\xa9" };
    static const char *const names[] = { "ab", "web-1.x_y", "0a" };
    static const char *const bad_names[] = { "", "a", "-ab", ".ab", "_ab", "a/b", "a+b", "ab " };
    char longest[1100];

    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        unit_ok(valid_id(ids[i], &e), &e);
    for (size_t i = 0; i < ARRAY_LEN(bad_ids); i++)
        unit_fails(valid_id(bad_ids[i], &e), ERR_INVALID, &e);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unit_ok(valid_name("container", names[i], &e), &e);
    for (size_t i = 0; i < ARRAY_LEN(bad_names); i++)
        unit_fails(valid_name("network", bad_names[i], &e), ERR_INVALID, &e);
    ck_assert(str_starts(e.msg, "invalid network name \"ab \": only [a-zA-Z0-9]"));
    memset(longest, 'a', sizeof(longest));
    longest[1024] = '\0';
    unit_ok(valid_id(longest, &e), &e);
    longest[1024] = 'a';
    longest[1025] = '\0';
    unit_fails(valid_id(longest, &e), ERR_INVALID, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("valid");

    tcase_add_loop_test(t, each_case, 0, (int)ARRAY_LEN(cases));
    tcase_add_test(t, every_rule_has_a_config_that_breaks_it);
    tcase_add_test(t, versions);
    tcase_add_test(t, start_needs_a_process);
    tcase_add_test(t, a_process_alone);
    tcase_add_test(t, examples);
    tcase_add_test(t, ids_and_names);
    return unit_run(t);
}
