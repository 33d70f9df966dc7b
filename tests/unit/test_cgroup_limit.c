/* SPDX-License-Identifier: MIT */
/* Tests of limits: what each field of linux.resources writes, needs and refuses. */
#include "base/json.h"
#include "base/str.h"
#include "cgroup/cgroup_control.h"
#include "cgroup/cgroup_limit.h"
#include "unit.h"

/* linux.resources, and the writes that it means: "FILE=VALUE" joined by ", "; a lax write is in
 * parentheses, a young one in brackets. */
static const struct {
    const char *json;
    const char *writes;
    unsigned controllers;
} good[] = {
    { "{}", "", 0 },
    { "{'memory':{'limit':67108864}}", "memory.max=67108864", CGROUP_MEMORY },
    { "{'memory':{'limit':-1}}", "(memory.max=max), (memory.swap.max=max)", 0 },
    { "{'memory':{'limit':0}}", "", 0 },
    { "{'memory':{'limit':100,'swap':300}}", "memory.max=100, memory.swap.max=200", CGROUP_MEMORY },
    { "{'memory':{'limit':100,'swap':100}}", "memory.max=100, [memory.swap.max=0]", CGROUP_MEMORY },
    { "{'memory':{'limit':100,'swap':-1}}", "memory.max=100, (memory.swap.max=max)",
      CGROUP_MEMORY },
    { "{'memory':{'reservation':0}}", "(memory.low=0)", 0 },
    { "{'memory':{'reservation':-1}}", "(memory.low=max)", 0 },
    { "{'memory':{'reservation':50}}", "memory.low=50", CGROUP_MEMORY },
    { "{'memory':{'swappiness':60,'kernel':5,'disableOOMKiller':true}}", "", 0 },
    { "{'cpu':{'shares':1024}}", "cpu.weight=39", CGROUP_CPU },
    { "{'cpu':{'shares':2}}", "cpu.weight=1", CGROUP_CPU },
    { "{'cpu':{'shares':512}}", "cpu.weight=20", CGROUP_CPU },
    { "{'cpu':{'shares':262144}}", "cpu.weight=10000", CGROUP_CPU },
    { "{'cpu':{'shares':0}}", "", 0 },
    { "{'cpu':{'quota':50000}}", "cpu.max=50000 100000", CGROUP_CPU },
    { "{'cpu':{'quota':50000,'period':200000}}", "cpu.max=50000 200000", CGROUP_CPU },
    { "{'cpu':{'period':200000}}", "(cpu.max=max 200000)", 0 },
    { "{'cpu':{'quota':-1}}", "(cpu.max=max 100000)", 0 },
    { "{'cpu':{'quota':50000,'burst':20000}}", "cpu.max=50000 100000, cpu.max.burst=20000",
      CGROUP_CPU },
    { "{'cpu':{'idle':1}}", "cpu.idle=1", CGROUP_CPU },
    { "{'cpu':{'idle':1,'shares':2}}", "cpu.weight=1, cpu.idle=1", CGROUP_CPU },
    { "{'cpu':{'idle':0,'shares':2}}", "(cpu.idle=0), cpu.weight=1", CGROUP_CPU },
    { "{'cpu':{'realtimeRuntime':0}}", "", 0 },
    { "{'cpu':{'cpus':'0-3,7','mems':'0'}}", "cpuset.cpus=0-3,7, cpuset.mems=0", CGROUP_CPUSET },
    { "{'pids':{'limit':20}}", "pids.max=20", CGROUP_PIDS },
    { "{'pids':{'limit':0}}", "(pids.max=max)", 0 },
    { "{'pids':{'limit':-1}}", "(pids.max=max)", 0 },
    { "{'blockIO':{'weight':500}}", "io.bfq.weight=500|io.weight=4950", CGROUP_IO },
    { "{'blockIO':{'weight':10}}", "io.bfq.weight=10|io.weight=1", CGROUP_IO },
    { "{'blockIO':{'weight':1000}}", "io.bfq.weight=1000|io.weight=10000", CGROUP_IO },
    { "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':300}]}}",
      "io.bfq.weight=8:0 300|io.weight=8:0 2930", CGROUP_IO },
    { "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':16,'rate':1048576}],"
      "'throttleWriteIOPSDevice':[{'major':8,'minor':16,'rate':0}]}}",
      "io.max=8:16 rbps=1048576, io.max=8:16 wiops=max", CGROUP_IO },
    { "{'hugepageLimits':[{'pageSize':'2MB','limit':4194304}]}",
      "hugetlb.2MB.max=4194304, [hugetlb.2MB.rsvd.max=4194304]", CGROUP_HUGETLB },
    { "{'rdma':{'mlx5_1':{'hcaHandles':3,'hcaObjects':10000}}}",
      "rdma.max=mlx5_1 hca_handle=3 hca_object=10000", CGROUP_RDMA },
    { "{'unified':{'memory.high':'1000','cgroup.max.depth':'3'}}",
      "memory.high=1000, cgroup.max.depth=3", CGROUP_MEMORY },
    { "{'unified':{'io.max':'8:0 rbps=7\\n8:16 wiops=max\\n'}}",
      "io.max=8:0 rbps=7, io.max=8:16 wiops=max", CGROUP_IO },
    { "{'network':{'classID':0}}", "", 0 },
};

static const struct {
    const char *json;
    enum err_kind kind;
    const char *says;
} bad[] = {
    { "{'memory':{'limit':-2}}", ERR_INVALID, "memory.limit: -2 is negative" },
    { "{'memory':{'swap':100}}", ERR_INVALID, "memory.swap: needs memory.limit" },
    { "{'memory':{'limit':100,'swap':99}}", ERR_INVALID, "less than memory.limit (100)" },
    { "{'cpu':{'realtimeRuntime':950000}}", ERR_UNSUPPORTED, "real-time" },
    { "{'cpu':{'shares':1}}", ERR_INVALID, "cpu.shares: 1 is not between 2 and 262144" },
    { "{'cpu':{'shares':262145}}", ERR_INVALID, "between 2 and 262144" },
    { "{'pids':{'limit':-2}}", ERR_INVALID, "pids.limit: -2 is negative" },
    { "{'memory':{'reservation':-2}}", ERR_INVALID, "memory.reservation: -2 is negative" },
    { "{'blockIO':{'weight':9}}", ERR_INVALID, "between 10 and 1000" },
    { "{'blockIO':{'weight':1001}}", ERR_INVALID, "between 10 and 1000" },
    { "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':9}]}}", ERR_INVALID,
      "blockIO.weightDevice: 8:0 9 is not between 10 and 1000" },
    { "{'network':{'classID':1}}", ERR_UNSUPPORTED, "cgroup v1 only" },
    { "{'unified':{'memory/max':'1'}}", ERR_INVALID, "CONTROLLER.FILE" },
    { "{'unified':{'../x.y':'1'}}", ERR_INVALID, "CONTROLLER.FILE" },
    { "{'unified':{'freezer.state':'1'}}", ERR_UNSUPPORTED, "no controller freezer" },
};

static void read_resources(const char *text, struct config_resources *ret)
{
    struct err e = ERR_INIT;
    AUTO_FREE char *json = str_dup(text);

    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    unit_ok(json_read(&config_resources_table, ret, json, strlen(json), &e), &e);
}

START_TEST(fields_become_writes)
{
    struct config_resources r;
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    read_resources(good[_i].json, &r);
    unit_ok(cgroup_limits_make(&r, &l, &e), &e);
    for (size_t i = 0; i < l.n; i++) {
        const struct cgroup_limit *w = &l.v[i];
        buf_fmt(&b, "%s%s%s=%s", i ? ", " : "",
                w->lax     ? "("
                : w->young ? "["
                           : "",
                w->file, w->value);
        if (w->alt_file)
            buf_fmt(&b, "|%s=%s", w->alt_file, w->alt_value);
        buf_str(&b, w->lax ? ")" : w->young ? "]" : "");
    }
    ck_assert_str_eq(b.data ? b.data : "", good[_i].writes);
    ck_assert_uint_eq(cgroup_limits_controllers(&l), good[_i].controllers);
    json_free(&config_resources_table, &r);
}
END_TEST

START_TEST(what_v2_cannot_do_is_refused)
{
    struct config_resources r;
    struct cgroup_limits l = { 0 };
    struct err e = ERR_INIT;

    read_resources(bad[_i].json, &r);
    unit_fails(cgroup_limits_make(&r, &l, &e), bad[_i].kind, &e);
    ck_assert_msg(strstr(e.msg, bad[_i].says), "%s", e.msg);
    ck_assert_ptr_null(l.v);
    json_free(&config_resources_table, &r);
}
END_TEST

/* Plain files stand in for a group's. */
static void file_make(const char *name)
{
    int fd = openat(unit_dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void file_is(const char *name, const char *want)
{
    char text[64];

    ck_assert_int_ge(fs_read_small(unit_dirfd, name, text, sizeof(text)), 0);
    ck_assert_str_eq(text, want);
}

/* What was given before, what an update names, what both make, and the writes. */
static const struct {
    const char *was, *named, *now;
    const char *writes;
} changes[] = {
    { "{'pids':{'limit':5}}", "{'cpu':{'idle':1}}", "{'pids':{'limit':5},'cpu':{'idle':1}}",
      "cpu.idle=1" },
    { "{'pids':{'limit':5}}", "{'pids':{'limit':5}}", "{'pids':{'limit':5}}", "pids.max=5" },
    { "{'memory':{'limit':100,'swap':300}}", "{'memory':{'limit':200}}",
      "{'memory':{'limit':200,'swap':300}}", "memory.max=200, memory.swap.max=100" },
    { "{'memory':{'limit':100,'swap':300}}", "{'memory':{'swap':300}}",
      "{'memory':{'limit':100,'swap':300}}", "memory.swap.max=200" },
    { "{'cpu':{'shares':512,'idle':1}}", "{'cpu':{'idle':0}}", "{'cpu':{'shares':512,'idle':0}}",
      "cpu.idle=0, cpu.weight=20" },
    { "{'cpu':{'idle':1},'unified':{'cpu.weight':'77'}}", "{'cpu':{'idle':0}}",
      "{'cpu':{'idle':0},'unified':{'cpu.weight':'77'}}", "cpu.idle=0, cpu.weight=77" },
    { "{'cpu':{'shares':512,'idle':0}}", "{'pids':{'limit':5}}",
      "{'cpu':{'shares':512,'idle':0},'pids':{'limit':5}}", "pids.max=5" },
    { "{'cpu':{'period':50000}}", "{'cpu':{'quota':7000}}", "{'cpu':{'period':50000,'quota':7000}}",
      "cpu.max=7000 50000" },
    { "{'unified':{'memory.high':'7','memory.min':'1'}}", "{'unified':{'memory.high':'7'}}",
      "{'unified':{'memory.high':'7','memory.min':'1'}}", "memory.high=7" },
    { "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':5}]}}",
      "{'blockIO':{'throttleWriteBpsDevice':[{'major':8,'minor':0,'rate':6}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':5}],"
      "'throttleWriteBpsDevice':[{'major':8,'minor':0,'rate':6}]}}",
      "io.max=8:0 wbps=6" },
};

START_TEST(a_change_writes_what_it_names_and_what_follows)
{
    struct config_resources was, named, now;
    const struct cgroup_change c = { .was = &was, .named = &named, .now = &now };
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    AUTO_BUF struct buf b = { 0 };
    struct err e = ERR_INIT;

    read_resources(changes[_i].was, &was);
    read_resources(changes[_i].named, &named);
    read_resources(changes[_i].now, &now);
    unit_ok(cgroup_limits_change(&c, &l, &e), &e);
    for (size_t i = 0; i < l.n; i++)
        buf_fmt(&b, "%s%s=%s", i ? ", " : "", l.v[i].file, l.v[i].value);
    ck_assert_str_eq(b.data ? b.data : "", changes[_i].writes);
    json_free(&config_resources_table, &was);
    json_free(&config_resources_table, &named);
    json_free(&config_resources_table, &now);
}
END_TEST

/* A file, what is in it, what is to be written, and the text that undoes the write. */
static const struct {
    const char *file, *text, *value, *undo;
} undos[] = {
    { "memory.max", "max\n", "5", "max\n" },
    { "cpuset.cpus", "\n", "0", "\n" },
    { "cpu.max", "max 100000\n", "5 6", "max 100000\n" },
    { "io.max", "8:0 rbps=max wbps=7 riops=max wiops=max\n8:16 rbps=1 wbps=1 riops=1 wiops=1\n",
      "8:0 wbps=9", "8:0 rbps=max wbps=7 riops=max wiops=max" },
    { "io.max", "8:0 rbps=max wbps=7 riops=max wiops=max\n", "8:1 wbps=9",
      "8:1 rbps=max wbps=max riops=max wiops=max" },
    { "io.weight", "default 100\n8:0 200\n", "50", "default 100" },
    { "io.weight", "default 100\n8:0 200\n", "8:0 5", "8:0 200" },
    { "io.bfq.weight", "default 100\n", "8:0 5", "8:0 default" },
    { "rdma.max", "", "mlx hca_object=5", "mlx hca_handle=max hca_object=max" },
};

START_TEST(a_write_can_be_undone)
{
    AUTO_CGROUP_UNDO struct cgroup_undo u = { 0 };
    struct err e = ERR_INIT;

    file_make(undos[_i].file);
    ck_assert_int_eq(fs_put(unit_dirfd, undos[_i].file, undos[_i].text), 0);
    unit_ok(cgroup_undo_note(&u, unit_dirfd, undos[_i].file, undos[_i].value, &e), &e);
    ck_assert_uint_eq(u.n, 1);
    ck_assert_str_eq(u.v[0].text, undos[_i].undo);
}
END_TEST

START_TEST(what_was_idle_gets_its_weight_back)
{
    AUTO_CGROUP_UNDO struct cgroup_undo u = { 0 };
    struct err e = ERR_INIT;

    file_make("cpu.idle");
    file_make("cpu.weight");
    ck_assert_int_eq(fs_put(unit_dirfd, "cpu.weight", "20\n"), 0);
    unit_ok(cgroup_undo_note(&u, unit_dirfd, "cpu.idle", "1", &e), &e);
    ck_assert_uint_eq(u.n, 2); /* the last goes first */
    ck_assert_str_eq(u.v[1].file, "cpu.idle");
    ck_assert_str_eq(u.v[0].file, "cpu.weight");
    ck_assert_str_eq(u.v[0].text, "20\n");
}
END_TEST

START_TEST(writing_takes_what_is_there)
{
    struct config_resources r;
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    struct err e = ERR_INIT;

    file_make("memory.max");
    file_make("io.weight");
    file_make("hugetlb.2MB.max");
    read_resources("{'memory':{'limit':100,'swap':300},'blockIO':{'weight':10},"
                   "'hugepageLimits':[{'pageSize':'2MB','limit':7}],'pids':{'limit':-1}}",
                   &r);
    unit_ok(cgroup_limits_make(&r, &l, &e), &e);
    unit_ok(cgroup_limits_write(&l, unit_dirfd, "GROUP", NULL, &e), &e);
    file_is("memory.max", "100");
    file_is("io.weight", "1");
    file_is("hugetlb.2MB.max", "7");
    ck_assert_int_lt(faccessat(unit_dirfd, "memory.swap.max", F_OK, 0), 0);
    json_free(&config_resources_table, &r);
}
END_TEST

START_TEST(a_failed_write_names_field_file_and_value)
{
    struct config_resources r;
    AUTO_CGROUP_LIMITS struct cgroup_limits l = { 0 };
    struct err e = ERR_INIT;

    read_resources("{'pids':{'limit':20}}", &r);
    unit_ok(cgroup_limits_make(&r, &l, &e), &e);
    unit_fails(cgroup_limits_write(&l, unit_dirfd, "GROUP", NULL, &e), ERR_SYS, &e);
    ck_assert_str_eq(e.msg,
                     "pids.limit: write \"20\" to GROUP/pids.max: No such file or directory");
    json_free(&config_resources_table, &r);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("cgroup_limit");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_loop_test(t, fields_become_writes, 0, ARRAY_LEN(good));
    tcase_add_loop_test(t, what_v2_cannot_do_is_refused, 0, ARRAY_LEN(bad));
    tcase_add_loop_test(t, a_change_writes_what_it_names_and_what_follows, 0, ARRAY_LEN(changes));
    tcase_add_loop_test(t, a_write_can_be_undone, 0, ARRAY_LEN(undos));
    tcase_add_test(t, what_was_idle_gets_its_weight_back);
    tcase_add_test(t, writing_takes_what_is_there);
    tcase_add_test(t, a_failed_write_names_field_file_and_value);
    return unit_run(t);
}
