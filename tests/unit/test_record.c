/* SPDX-License-Identifier: MIT */
/* hako's own documents: whole, minimal, from a newer hako, damaged. */
#include "base/commit.h"
#include "base/str.h"
#include "oci/lease.h"
#include "oci/network.h"
#include "oci/record.h"
#include "oci/status.h"
#include "tests/unit/unit.h"

static struct err e;

/* Every key of the record once, in the order of the table. */
static const char record_text[] =
    "{\"id\":\"0123\",\"name\":\"web\",\"created\":1700000000000000001,\"image\":\"app:1\","
    "\"imageId\":\"sha256:ab\",\"layers\":[\"sha256:cd\"],\"path\":\"/bin/sh\",\"args\":[\"-c\"],"
    "\"entrypoint\":[],\"cmd\":[\"sh\"],\"env\":[\"A=b\"],\"user\":\"1\",\"workingDir\":\"/w\","
    "\"hostname\":\"h\",\"domainname\":\"d\",\"labels\":{\"l\":\"\"},\"autoRemove\":true,"
    "\"tty\":true,\"openStdin\":true,\"stdinOnce\":true,\"attachStdin\":true,"
    "\"attachStdout\":true,\"attachStderr\":true,\"init\":true,\"privileged\":true,"
    "\"readOnly\":true,\"stopSignal\":\"SIGINT\",\"stopTimeout\":0,\"detachKeys\":\"ctrl-a\","
    "\"cidFile\":\"/c\",\"log\":{\"driver\":\"json-file\",\"options\":{\"max-size\":\"1m\"}},"
    "\"networkMode\":\"app\",\"networks\":[{\"name\":\"app\",\"ip\":\"10.0.0.2\",\"mac\":\"m\","
    "\"aliases\":[\"db\"]}],\"dns\":[\"1.1.1.1\"],\"dnsSearch\":[\"x\"],\"dnsOptions\":[\"o\"],"
    "\"extraHosts\":[\"a:1\"],\"mounts\":[{\"type\":\"bind\",\"name\":\"n\",\"source\":\"/s\","
    "\"destination\":\"/d\",\"mode\":\"ro\",\"readOnly\":true,\"propagation\":\"rprivate\"}],"
    "\"limits\":{\"memory\":1,\"memoryReservation\":2,\"memorySwap\":-1,\"memoryHigh\":3,"
    "\"memoryMin\":9,\"oomGroup\":1,\"nanoCpus\":4,\"cpuShares\":5,\"cpuPeriod\":6,"
    "\"cpuQuota\":7,\"cpuBurst\":10,\"cpuIdle\":1,\"pids\":8,\"cpusetCpus\":\"0\","
    "\"cpusetMems\":\"0\",\"blkioWeight\":11,\"blkioWeightDevice\":[\"/d:1\"],"
    "\"deviceReadBps\":[\"/d:2\"],\"deviceWriteBps\":[\"/d:3\"],\"deviceReadIOps\":[\"/d:4\"],"
    "\"deviceWriteIOps\":[\"/d:5\"],\"unified\":{\"memory.high\":\"1\"}},"
    "\"deviceCgroupRules\":[\"c 1:3 r\"],\"capAdd\":[\"A\"],\"capDrop\":[\"B\"],\"securityOpt\":[\"s\"],"
    "\"cgroup\":\"/hako/x\",\"cgroupManager\":\"cgroupfs\",\"cgroupParent\":\"/hako\","
    "\"cgroupLenient\":true,\"configHash\":\"f\",\"fromTheFuture\":{\"x\":[1]}}";

static const char status_text[] =
    "{\"state\":\"running\",\"pid\":12,\"pidStart\":18446744073709551615,\"monitorPid\":11,"
    "\"monitorStart\":5,\"started\":1,\"finished\":2,\"exitCode\":137,\"oomKilled\":true,"
    "\"error\":\"e\",\"addresses\":[{\"network\":\"app\",\"ip\":\"10.0.0.2\",\"prefix\":24,"
    "\"mac\":\"m\",\"gateway\":\"10.0.0.1\",\"ifname\":\"eth0\",\"hostIfname\":\"v\","
    "\"aliases\":[\"a\"]}],\"restartCount\":3,\"later\":null}";

static const char lease_text[] = "{\"id\":\"0123\",\"name\":\"web\",\"hostname\":\"h\","
                                 "\"aliases\":[\"a\"],\"mac\":\"m\",\"ifname\":\"v\",\"z\":0}";

static const char network_text[] =
    "{\"name\":\"app\",\"id\":\"ab\",\"driver\":\"bridge\",\"bridge\":\"hk0\","
    "\"subnet\":\"10.0.0.0/24\",\"gateway\":\"10.0.0.1\",\"ipRange\":\"10.0.0.0/28\","
    "\"internal\":true,\"noDns\":true,\"mtu\":1400,\"dns\":[\"1.1.1.1\"],\"options\":{\"o\":\"p\"},"
    "\"labels\":{\"l\":\"m\"},\"created\":5,\"z\":\"kept\"}";

static union {
    struct record record;
    struct status status;
    struct lease lease;
    struct network network;
} u;

static const struct {
    const struct json_table *table;
    const char *text;
} whole[] = {
    { &record_table, record_text },
    { &status_table, status_text },
    { &lease_table, lease_text },
    { &network_table, network_text },
};

START_TEST(round_trip)
{
    AUTO_BUF struct buf b = { 0 };

    unit_ok(json_read(whole[_i].table, &u, whole[_i].text, strlen(whole[_i].text), &e), &e);
    json_write(whole[_i].table, &u, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, whole[_i].text);
    json_free(whole[_i].table, &u);
}
END_TEST

START_TEST(cut_anywhere)
{
    for (size_t len = 0; len < strlen(whole[_i].text); len++) {
        AUTO_FREE char *cut = malloc(len + 1);

        memcpy(cut, whole[_i].text, len);
        unit_fails(json_read(whole[_i].table, &u, cut, len, &e), ERR_INVALID, &e);
    }
}
END_TEST

/* A record that lacks everything that may be lacking is as short as it can be. */
START_TEST(minimal)
{
    struct record r = { .id = str_dup("0123"), .created = 5 };
    AUTO_BUF struct buf b = { 0 };

    json_write(&record_table, &r, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data, "{\"id\":\"0123\",\"created\":5}");
    record_free(&r);
    ck_assert_ptr_null(r.id);
}
END_TEST

static const struct {
    const struct json_table *table;
    const char *text;
    const char *msg;
} bad[] = {
    { &record_table, "{}", "/: required key \"id\" is missing" },
    { &record_table, "{\"id\":\"\"}", "/id: must not be empty, found \"\"" },
    { &record_table, "{\"id\":\"a\",\"networks\":[{}]}",
      "/networks/0: required key \"name\" is missing" },
    { &status_table, "{}", "/: required key \"state\" is missing" },
    { &status_table, "{\"state\":\"dead\"}",
      "/state: expected one of created, running, paused, stopped, found \"dead\"" },
    { &status_table, "{\"state\":\"running\",\"pid\":-1}",
      "/pid: expected integer from 0 to 2147483647, found -1" },
    { &status_table,
      "{\"state\":\"running\",\"addresses\":[{\"network\":\"a\",\"ip\":\"b\","
      "\"prefix\":129}]}",
      "/addresses/0/prefix: expected integer from 0 to 128, found 129" },
    { &lease_table, "{\"name\":\"x\"}", "/: required key \"id\" is missing" },
    { &network_table, "{\"name\":\"a\",\"id\":\"b\",\"driver\":\"bridge\",\"mtu\":65536}",
      "/mtu: expected integer from 0 to 65535, found 65536" },
};

START_TEST(refused)
{
    unit_fails(json_read(bad[_i].table, &u, bad[_i].text, strlen(bad[_i].text), &e), ERR_INVALID,
               &e);
    ck_assert_str_eq(e.msg, bad[_i].msg);
}
END_TEST

START_TEST(files)
{
    struct status s = { .state = RECORD_STOPPED, .exit_code = 137, .oom_killed = true };
    struct status back;

    unit_ok(json_save(&status_table, &s, unit_dirfd, "exit.json", COMMIT_DURABLE, &e), &e);
    unit_ok(json_load(&status_table, &back, unit_dirfd, "exit.json", 0, &e), &e);
    ck_assert_int_eq(back.state, RECORD_STOPPED);
    ck_assert_int_eq(back.exit_code, 137);
    ck_assert(back.oom_killed);
    status_free(&back);
    unit_fails(json_save(&status_table, &s, unit_dirfd, "exit.json", COMMIT_EXCL, &e), ERR_EXISTS,
               &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("record");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_loop_test(t, round_trip, 0, (int)ARRAY_LEN(whole));
    tcase_add_loop_test(t, cut_anywhere, 0, (int)ARRAY_LEN(whole));
    tcase_add_test(t, minimal);
    tcase_add_loop_test(t, refused, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(t, files);
    return unit_run(t);
}
