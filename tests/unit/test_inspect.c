/* SPDX-License-Identifier: MIT */
/* docker's document of a container: a full record, an empty one, the states that it may be in. */
#include "engine/inspect.h"

#include "base/json_value.h"
#include "engine/names.h"
#include "tests/unit/trees.h"

#include <signal.h>

static char id[ID_LEN + 1];

static void start(void)
{
    trees_make();
    memset(id, 'c', ID_LEN);
}

/* A container "web" with these members in its record. */
static void make(const char *record, const char *last)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;
    AUTO_FREE char *text = NULL;

    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    text = str_fmt("{\"id\":\"%s\",\"name\":\"web\"%s}", id, record);
    trees_write(c.dir_fd, "record.json", text);
    if (last)
        trees_write(c.dir_fd, "exit.json", last);
    unit_ok(names_claim(&trees, "web", id, &e), &e);
}

static struct json_value *inspect(void)
{
    AUTO_BUF struct buf b = { 0 };
    struct json_value *v = NULL;

    unit_ok(inspect_container(&trees, "web", &b, &e), &e);
    unit_ok(json_value_parse(b.data, b.len, &v, &e), &e);
    return v;
}

/* What a JSON pointer leads to, as compact JSON. */
static void check(const struct json_value *v, const char *pointer, const char *want)
{
    AUTO_BUF struct buf b = { 0 };
    const struct json_value *member = json_value_at(v, pointer);

    ck_assert_msg(member != NULL, "no %s", pointer);
    json_value_write(member, JSON_COMPACT, &b);
    ck_assert_msg(STREQ(b.data, want), "%s: %s, expected %s", pointer, b.data, want);
}

START_TEST(empty_record)
{
    static const struct {
        const char *pointer;
        const char *want;
    } rows[] = {
        { "/Name", "\"/web\"" },
        { "/Created", "\"0001-01-01T00:00:00Z\"" },
        { "/Args", "null" },
        { "/State/Status", "\"created\"" },
        { "/State/Running", "false" },
        { "/State/Health", "null" },
        { "/State/StartedAt", "\"0001-01-01T00:00:00Z\"" },
        { "/Config/StopSignal", "\"SIGTERM\"" },
        { "/Config/StopTimeout", "null" },
        { "/Config/Labels", "{}" },
        { "/Config/Env", "null" },
        { "/HostConfig/Binds", "null" },
        { "/HostConfig/IpcMode", "\"private\"" },
        { "/HostConfig/PidMode", "\"\"" },
        { "/HostConfig/RestartPolicy", "{\"Name\":\"no\",\"MaximumRetryCount\":0}" },
        { "/HostConfig/LogConfig", "{\"Type\":\"json-file\",\"Config\":{}}" },
        { "/HostConfig/Memory", "0" },
        { "/Mounts", "[]" },
        { "/NetworkSettings/Networks", "{}" },
        { "/NetworkSettings/IPAddress", "\"\"" },
        { "/NetworkSettings/SandboxKey", "\"\"" },
        { "/NetworkSettings/Ports", "{}" },
        { "/Config/ExposedPorts", "null" },
        { "/Config/Volumes", "null" },
        { "/HostConfig/Devices", "[]" },
        { "/HostConfig/Ulimits", "[]" },
        { "/HostConfig/Tmpfs", "{}" },
        { "/HostConfig/ShmSize", "0" },
        { "/HostConfig/MaskedPaths", "null" },
        { "/HostsPath", "\"\"" },
        { "/ExecIDs", "null" },
    };
    make("", NULL);
    CLEANUP(json_value) struct json_value *v = inspect();

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(v, rows[i].pointer, rows[i].want);
}
END_TEST

static const char full_record[] =
    ",\"created\":1000000000000000007,\"image\":\"img:1\",\"imageId\":\"sha256:abc\","
    "\"path\":\"/bin/sh\",\"args\":[\"-c\",\"true\"],\"cmd\":[\"true\"],"
    "\"entrypoint\":[\"/bin/sh\",\"-c\"],\"env\":[\"A=1\"],\"user\":\"u:g\","
    "\"workingDir\":\"/w\",\"hostname\":\"host\",\"labels\":{\"k\":\"v\"},"
    "\"autoRemove\":true,\"tty\":true,\"openStdin\":true,\"privileged\":true,"
    "\"readOnly\":true,\"stopSignal\":\"SIGINT\",\"stopTimeout\":3,\"networkMode\":\"app\","
    "\"networks\":[{\"name\":\"app\",\"aliases\":[\"db\"],\"ip\":\"10.1.2.3\"}],"
    "\"exposedPorts\":[\"53/udp\",\"80/tcp\"],\"devices\":[\"/dev/a:/dev/b:r\"],"
    "\"ulimits\":[\"nofile=1:2\",\"core=-1\"],\"pidMode\":\"host\",\"capAdd\":[\"NET_ADMIN\"],"
    "\"mounts\":[{\"type\":\"bind\",\"source\":\"/s\",\"destination\":\"/d\","
    "\"readOnly\":true},{\"type\":\"bind\",\"source\":\"/m\",\"destination\":\"/e\","
    "\"mode\":\"z\"},{\"type\":\"tmpfs\",\"destination\":\"/t\"},"
    "{\"type\":\"volume\",\"name\":\"n\",\"destination\":\"/v\",\"anonymous\":true}],"
    "\"limits\":{\"memory\":67108864,\"nanoCpus\":500000000,\"pids\":20,"
    "\"cpusetCpus\":\"0-1\"}";

START_TEST(what_it_is)
{
    static const struct {
        const char *pointer;
        const char *want;
    } rows[] = {
        { "/Created", "\"2001-09-09T01:46:40.000000007Z\"" },
        { "/Path", "\"/bin/sh\"" },
        { "/Args", "[\"-c\",\"true\"]" },
        { "/Image", "\"sha256:abc\"" },
        { "/Config/Image", "\"img:1\"" },
        { "/Config/Hostname", "\"host\"" },
        { "/Config/User", "\"u:g\"" },
        { "/Config/Tty", "true" },
        { "/Config/OpenStdin", "true" },
        { "/Config/Env", "[\"A=1\"]" },
        { "/Config/Cmd", "[\"true\"]" },
        { "/Config/Entrypoint", "[\"/bin/sh\",\"-c\"]" },
        { "/Config/WorkingDir", "\"/w\"" },
        { "/Config/Labels", "{\"k\":\"v\"}" },
        { "/Config/StopSignal", "\"SIGINT\"" },
        { "/Config/StopTimeout", "3" },
        { "/NetworkSettings/Networks/app/IPAddress", "\"\"" },
        { "/NetworkSettings/Networks/app/Aliases", "[\"db\"]" },
        { "/NetworkSettings/Networks/app/IPAMConfig", "{\"IPv4Address\":\"10.1.2.3\"}" },
        { "/Config/ExposedPorts", "{\"53/udp\":{},\"80/tcp\":{}}" },
        { "/Config/Volumes", "{\"/v\":{}}" },
    };
    make(full_record, NULL);
    CLEANUP(json_value) struct json_value *v = inspect();

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(v, rows[i].pointer, rows[i].want);
}
END_TEST

START_TEST(how_it_was_asked_for)
{
    static const struct {
        const char *pointer;
        const char *want;
    } rows[] = {
        { "/HostConfig/AutoRemove", "true" },
        { "/HostConfig/Privileged", "true" },
        { "/HostConfig/ReadonlyRootfs", "true" },
        { "/HostConfig/NetworkMode", "\"app\"" },
        { "/HostConfig/PidMode", "\"host\"" },
        { "/HostConfig/Binds", "[\"/s:/d:ro\",\"/m:/e:z\"]" },
        { "/HostConfig/CapAdd", "[\"NET_ADMIN\"]" },
        { "/HostConfig/Memory", "67108864" },
        { "/HostConfig/NanoCpus", "500000000" },
        { "/HostConfig/PidsLimit", "20" },
        { "/HostConfig/CpusetCpus", "\"0-1\"" },
        { "/HostConfig/Devices", "[{\"PathOnHost\":\"/dev/a\",\"PathInContainer\":\"/dev/b\","
                                 "\"CgroupPermissions\":\"r\"}]" },
        { "/HostConfig/Ulimits", "[{\"Name\":\"nofile\",\"Hard\":2,\"Soft\":1},"
                                 "{\"Name\":\"core\",\"Hard\":-1,\"Soft\":-1}]" },
        { "/HostConfig/Tmpfs", "{\"/t\":\"\"}" },
    };
    make(full_record, NULL);
    CLEANUP(json_value) struct json_value *v = inspect();

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(v, rows[i].pointer, rows[i].want);
}
END_TEST

START_TEST(its_mounts)
{
    make(full_record, NULL);
    CLEANUP(json_value) struct json_value *v = inspect();

    check(v, "/Mounts/0",
          "{\"Type\":\"bind\",\"Source\":\"/s\",\"Destination\":\"/d\","
          "\"Mode\":\"\",\"RW\":false,\"Propagation\":\"\"}");
    check(v, "/Mounts/1",
          "{\"Type\":\"bind\",\"Source\":\"/m\",\"Destination\":\"/e\","
          "\"Mode\":\"z\",\"RW\":true,\"Propagation\":\"\"}");
    check(v, "/Mounts/2",
          "{\"Type\":\"tmpfs\",\"Source\":\"\",\"Destination\":\"/t\","
          "\"Mode\":\"\",\"RW\":true,\"Propagation\":\"\"}");
    check(v, "/Mounts/3/Name", "\"n\"");
}
END_TEST

START_TEST(limits)
{
    static const struct {
        const char *pointer;
        const char *want;
    } rows[] = {
        { "/HostConfig/MemoryHigh", "5" },
        { "/HostConfig/OomGroup", "true" },
        { "/HostConfig/CpuIdle", "false" },
        { "/HostConfig/BlkioWeightDevice", "[{\"Path\":\"/dev/a:b\",\"Weight\":100}]" },
        { "/HostConfig/BlkioDeviceWriteIOps",
          "[{\"Path\":\"/dev/a\",\"Rate\":1},{\"Path\":\"/dev/b\",\"Rate\":2}]" },
        { "/HostConfig/BlkioDeviceReadBps", "[]" },
        { "/HostConfig/CgroupConf", "{\"cpu.weight\":\"7\"}" },
        { "/HostConfig/DeviceCgroupRules", "[\"c 1:3 r\"]" },
        { "/HostConfig/MemorySwappiness", "null" },
    };
    make(",\"limits\":{\"memoryHigh\":5,\"oomGroup\":1,\"blkioWeightDevice\":[\"/dev/a:b:100\"],"
         "\"deviceWriteIOps\":[\"/dev/a:1\",\"/dev/b:2\"],\"unified\":{\"cpu.weight\":\"7\"}},"
         "\"deviceCgroupRules\":[\"c 1:3 r\"]",
         NULL);
    CLEANUP(json_value) struct json_value *v = inspect();

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check(v, rows[i].pointer, rows[i].want);
}
END_TEST

START_TEST(after_its_end)
{
    make("", "{\"state\":\"stopped\",\"exitCode\":137,\"oomKilled\":true,\"error\":\"why\","
             "\"started\":1000000000000000000,\"finished\":1000000001000000000}");
    CLEANUP(json_value) struct json_value *v = inspect();

    check(v, "/State/Status", "\"exited\"");
    check(v, "/State/ExitCode", "137");
    check(v, "/State/OOMKilled", "true");
    check(v, "/State/Error", "\"why\"");
    check(v, "/State/FinishedAt", "\"2001-09-09T01:46:41.000000000Z\"");
}
END_TEST

START_TEST(while_it_runs)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    make(",\"networkMode\":\"app\",\"networks\":[{\"name\":\"app\"}]", NULL);
    pid_t monitor = trees_run_monitor(id);
    unit_ok(container_open(&trees, id, &c, &e), &e);
    AUTO_FREE char *text =
        str_fmt("{\"state\":\"running\",\"pid\":7,\"monitorPid\":%d,\"started\":1,\"addresses\":["
                "{\"network\":\"app\",\"ip\":\"10.1.2.3\",\"prefix\":24,\"mac\":\"m\","
                "\"gateway\":\"10.1.2.1\",\"aliases\":[\"db\"]}]}",
                (int)monitor);
    trees_write(c.run_fd, "status", text);
    CLEANUP(json_value) struct json_value *v = inspect();

    check(v, "/State/Running", "true");
    check(v, "/State/Pid", "7");
    check(v, "/NetworkSettings/IPAddress", "\"10.1.2.3\"");
    check(v, "/NetworkSettings/Networks/app/Gateway", "\"10.1.2.1\"");
    check(v, "/NetworkSettings/Networks/app/IPPrefixLen", "24");
    check(v, "/NetworkSettings/Networks/app/Aliases", "[\"db\"]");
    kill(monitor, SIGKILL);
    proc_wait(monitor);
}
END_TEST

START_TEST(unknown)
{
    AUTO_BUF struct buf b = { 0 };

    unit_fails(inspect_container(&trees, "nobody", &b, &e), ERR_NOT_FOUND, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("inspect");

    tcase_add_checked_fixture(t, start, trees_remove);
    tcase_add_test(t, empty_record);
    tcase_add_test(t, what_it_is);
    tcase_add_test(t, how_it_was_asked_for);
    tcase_add_test(t, its_mounts);
    tcase_add_test(t, limits);
    tcase_add_test(t, after_its_end);
    tcase_add_test(t, while_it_runs);
    tcase_add_test(t, unknown);
    return unit_run(t);
}
