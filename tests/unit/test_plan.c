/* SPDX-License-Identifier: MIT */
/* From flags and an image's run section to record and configuration, part by part. */
#include "engine/plan.h"

#include "net/network.h"
#include "runtime/defaults.h"
#include "tests/unit/trees.h"

#include <sys/resource.h>

static struct plan plan;
static struct run_args args;
static struct image_run img;

static void start(void)
{
    trees_make();
    plan = (struct plan){ 0 };
    memset(plan.id, 'a', ID_LEN);
    unit_ok(defaults_config(&plan.config, &e), &e);
    plan.record.hostname = str_dup("box");
    plan.record.network_mode = str_dup(NETWORK_NONE);
    img = (struct image_run){ 0 };
    args = (struct run_args){ .stop_timeout = ARG_UNSET,
                              .oom_score_adj = ARG_UNSET,
                              .shm_size = ARG_UNSET,
                              .limits = LIMIT_ARGS_INIT };
}

static void stop(void)
{
    plan_free(&plan);
    trees_remove();
}

static void check_list(char *const *v, const char *want)
{
    AUTO_FREE char *got = strv_join(v, " ");

    ck_assert_str_eq(got ? got : "", want);
}

#define LIST(...) ((char **)(const char *[]){ __VA_ARGS__, NULL })

/* ---- the process ---- */

START_TEST(commands)
{
    static const struct {
        const char *entrypoint; /* --entrypoint */
        const char *command;
        const char *img_entrypoint;
        const char *img_cmd;
        const char *want; /* NULL: no command */
    } rows[] = {
        { NULL, NULL, NULL, "sh", "sh" },         { NULL, NULL, "ep", "cmd", "ep cmd" },
        { NULL, "mine", "ep", "cmd", "ep mine" }, { NULL, "mine", NULL, "cmd", "mine" },
        { "other", NULL, "ep", "cmd", "other" },  { "other", "mine", "ep", "cmd", "other mine" },
        { "", "mine", "ep", "cmd", "mine" },      { "", NULL, "ep", "cmd", NULL },
        { NULL, NULL, NULL, NULL, NULL },
    };
    args.entrypoint = rows[_i].entrypoint;
    args.command = rows[_i].command ? LIST(rows[_i].command) : NULL;
    img.entrypoint = rows[_i].img_entrypoint ? LIST(rows[_i].img_entrypoint) : NULL;
    img.cmd = rows[_i].img_cmd ? LIST(rows[_i].img_cmd) : NULL;
    if (!rows[_i].want) {
        unit_fails(plan_process(&plan, &args, &img, &e), ERR_INVALID, &e);
        return;
    }
    unit_ok(plan_process(&plan, &args, &img, &e), &e);
    check_list(plan.config.process->args, rows[_i].want);
    ck_assert_str_eq(plan.record.path, plan.config.process->args[0]);
}
END_TEST

START_TEST(process_of_image_and_flags)
{
    img.cmd = LIST("sh");
    img.env = LIST("PATH=/img", "A=image", "B=image");
    img.user = (char *)"u";
    img.working_dir = (char *)"work";
    img.stop_signal = (char *)"SIGINT";
    img.stop_timeout = (struct opt_i32){ true, 7 };
    args.env = LIST("A=mine");
    args.init = true;
    unit_ok(plan_process(&plan, &args, &img, &e), &e);
    check_list(plan.config.process->args, PLAN_INIT_PATH " -- sh");
    check_list(plan.config.process->env, "PATH=/img HOSTNAME=box A=mine B=image");
    ck_assert_str_eq(plan.config.process->cwd, "/work");
    ck_assert_str_eq(plan.record.path, "sh");
    ck_assert_str_eq(plan.record.user, "u");
    ck_assert_str_eq(plan.record.stop_signal, "SIGINT");
    ck_assert_int_eq(plan.record.stop_timeout.val, 7);
}
END_TEST

START_TEST(process_flags_win)
{
    img.cmd = LIST("sh");
    img.user = (char *)"u";
    img.working_dir = (char *)"/work";
    img.stop_signal = (char *)"SIGINT";
    args.user = "0:0";
    args.workdir = "/mine";
    args.stop_signal = "TERM";
    args.stop_timeout = 1;
    args.tty = plan.record.tty = true;
    args.rows = 24;
    args.cols = 80;
    unit_ok(plan_process(&plan, &args, &img, &e), &e);
    ck_assert_str_eq(plan.config.process->cwd, "/mine");
    ck_assert_str_eq(plan.record.user, "0:0");
    ck_assert_str_eq(plan.record.stop_signal, "TERM");
    ck_assert_int_eq(plan.record.stop_timeout.val, 1);
    ck_assert_uint_eq(plan.config.process->console_size->width, 80);
    ck_assert(strv_has(plan.config.process->env, "TERM=xterm"));
}
END_TEST

START_TEST(process_refusals)
{
    img.cmd = LIST("sh");
    args.workdir = _i == 0 ? "relative" : NULL;
    args.stop_signal = _i == 1 ? "NOSUCH" : NULL;
    unit_fails(plan_process(&plan, &args, &img, &e), ERR_INVALID, &e);
}
END_TEST

/* ---- mounts ---- */

static const struct config_mount *mount_at(const char *target)
{
    for (size_t i = 0; i < plan.config.n_mounts; i++)
        if (STREQ(plan.config.mounts[i].destination, target))
            return &plan.config.mounts[i];
    return NULL;
}

START_TEST(mounts)
{
    AUTO_FREE char *made = str_fmt("%s/made/here:/b/c:ro", unit_dir);
    AUTO_FREE char *other = str_fmt("%s:/b", unit_dir);

    args.volumes = LIST(made, other);
    args.tmpfs = LIST("/t:size=1m");
    args.shm_size = 4096;
    unit_ok(plan_mounts(&trees, &plan, &args, &img, &e), &e);
    ck_assert(trees_have(unit_dirfd, "made/here", ""));
    check_list(mount_at("/b/c")->options, "rbind rro rprivate");
    check_list(mount_at("/b")->options, "rbind rw rprivate");
    ck_assert(mount_at("/b") < mount_at("/b/c")); /* shallow ones first */
    check_list(mount_at("/t")->options, "noexec nosuid nodev size=1m");
    ck_assert(strv_has(mount_at("/dev/shm")->options, "size=4096"));
    ck_assert_uint_eq(plan.record.n_mounts, 3);
    ck_assert(plan.record.mounts[0].read_only);
}
END_TEST

START_TEST(mount_refusals)
{
    static const struct {
        const char *volume;
        const char *mount;
        const char *says;
    } rows[] = {
        { "/tmp:/proc", NULL, "not of type proc" },
        { "/tmp:/proc/sys/kernel", NULL, "inside /proc" },
        { NULL, "type=tmpfs,dst=/proc/acpi", "inside /proc" },
        { NULL, "type=bind,src=/no/such,dst=/x", "does not exist" },
        { "/tmp:/x", "type=tmpfs,dst=/x/", "Duplicate mount point: /x" },
    };
    args.volumes = rows[_i].volume ? LIST(rows[_i].volume) : NULL;
    args.mounts = rows[_i].mount ? LIST(rows[_i].mount) : NULL;
    unit_fails(plan_mounts(&trees, &plan, &args, &img, &e), ERR_INVALID, &e);
    ck_assert_msg(strstr(e.msg, rows[_i].says) != NULL, "%s", e.msg);
}
END_TEST

/* ---- namespaces ---- */

START_TEST(namespaces)
{
    args.ipc = "none";
    args.pid = "host";
    unit_ok(plan_namespaces(&trees, &plan, &args, &e), &e);
    ck_assert_ptr_null(config_namespace(&plan.config, CONFIG_NS_PID));
    ck_assert_ptr_nonnull(config_namespace(&plan.config, CONFIG_NS_IPC));
    ck_assert_ptr_nonnull(config_namespace(&plan.config, CONFIG_NS_TIME));
    ck_assert_ptr_null(mount_at("/dev/shm"));
    ck_assert_str_eq(plan.record.pid_mode, "host");
    ck_assert_str_eq(plan.record.ipc_mode, "none");
    ck_assert_ptr_null(plan.record.uts_mode);
}
END_TEST

START_TEST(host_keeps_its_name)
{
    plan.config.hostname = str_dup("box");
    args.uts = "host";
    unit_ok(plan_namespaces(&trees, &plan, &args, &e), &e);
    ck_assert_ptr_null(plan.config.hostname);
}
END_TEST

START_TEST(namespace_refusals)
{
    args.pid = _i == 0 ? "none" : _i == 1 ? "container:nobody" : NULL;
    args.uts = _i == 2 ? "container:x" : NULL;
    unit_fails(plan_namespaces(&trees, &plan, &args, &e), _i == 1 ? ERR_NOT_FOUND : ERR_INVALID,
               &e);
}
END_TEST

/* ---- limits ---- */

START_TEST(limits)
{
    args.limits.memory = 64 << 20;
    args.limits.cpus = 500000000;
    args.limits.pids_limit = 20;
    args.ulimits = LIST("nofile=10:20", "core=0");
    unit_ok(plan_limits(&plan, &args, &e), &e);
    const struct config_resources *res = plan.config.lnx.resources;
    ck_assert_int_eq(res->memory->limit.val, 64 << 20);
    ck_assert_int_eq(res->memory->swap.val, 128 << 20);
    ck_assert_int_eq(res->cpu->quota.val * 2, (int64_t)res->cpu->period.val);
    ck_assert_int_eq(res->pids->limit.val, 20);
    ck_assert_int_eq(plan.record.limits.nano_cpus, 500000000);
    const struct config_process *p = plan.config.process;
    ck_assert_uint_eq(p->n_rlimits, 2);
    for (size_t i = 0; i < p->n_rlimits; i++)
        ck_assert_uint_eq(p->rlimits[i].soft, p->rlimits[i].type == RLIMIT_NOFILE ? 10 : 0);
}
END_TEST

START_TEST(more_limits)
{
    struct limit_args *l = &args.limits;
    AUTO_BUF struct buf b = { 0 };

    l->memory_reservation = 7 << 20;
    l->memory_high = 50 << 20;
    l->oom_group = 1;
    l->cpu_shares = 512;
    l->cpu_period = 50000;
    l->cpu_quota = 20000;
    l->cpu_burst = 1000;
    l->cpu_idle = 1;
    l->cpuset_mems = "0";
    l->pids_limit = -1;
    l->blkio_weight = 300;
    l->unified = LIST("pids.max=7");
    unit_ok(plan_limits(&plan, &args, &e), &e);
    struct config_resources shown = *plan.config.lnx.resources;
    shown.n_devices = 0;
    json_write(&config_resources_table, &shown, JSON_COMPACT, &b);
    ck_assert_str_eq(b.data,
                     "{\"devices\":[],\"memory\":{\"reservation\":7340032},"
                     "\"cpu\":{\"shares\":512,\"quota\":20000,\"burst\":1000,\"period\":50000,"
                     "\"mems\":\"0\",\"idle\":1},\"pids\":{\"limit\":-1},"
                     "\"blockIO\":{\"weight\":300},"
                     "\"unified\":{\"pids.max\":\"7\",\"memory.high\":\"52428800\","
                     "\"memory.oom.group\":\"1\"}}");
    ck_assert_int_eq(plan.record.limits.memory_high, 50 << 20);
    ck_assert_str_eq(json_map_get(&plan.record.limits.unified, "pids.max"), "7");
}
END_TEST

START_TEST(limits_that_v2_lacks)
{
    args.limits.unified = LIST("bogus.max=7");
    unit_ok(plan_limits(&plan, &args, &e), &e);
    unit_fails(plan_cgroup(&plan, &args, &e), ERR_UNSUPPORTED, &e);
    ck_assert_str_eq(e.msg, "unified: \"bogus.max\": there is no controller bogus");
}
END_TEST

/* Of an update: what it belongs to is in the container's configuration. */
START_TEST(half_a_limit)
{
    struct limit_args l = LIMIT_ARGS_INIT;
    struct config_resources res = { 0 };

    l.memory_swap = 96 << 20;
    unit_ok(plan_limits_fill(&l, &res, &e), &e);
    ck_assert_int_eq(res.memory->swap.val, 96 << 20);
    ck_assert(!res.memory->limit.set);
    json_free(&config_resources_table, &res);
}
END_TEST

START_TEST(no_limits)
{
    unit_ok(plan_limits(&plan, &args, &e), &e);
    ck_assert_ptr_null(plan.config.lnx.resources->memory);
    ck_assert_ptr_null(plan.config.lnx.resources->pids);
    ck_assert_int_eq(plan.record.limits.memory, 0);
}
END_TEST

/* ---- the control group ---- */

START_TEST(groups)
{
    static const struct {
        const char *manager;
        const char *parent;
        int cgroups;
        const char *want;  /* of the config, up to the id */
        const char *group; /* of the record, up to the id; NULL: none */
    } rows[] = {
        { "cgroupfs", NULL, 0, "/hako/a", "/hako/a" },
        { "cgroupfs", "a/b", 0, "/a/b/a", "/a/b/a" },
        { "cgroupfs", "/a/./b/", 0, "/a/./b//a", "/a/b/a" },
        { "disabled", NULL, 0, NULL, NULL },
        { "cgroupfs", NULL, ARGS_CGROUPS_DISABLED, NULL, NULL },
        { "cgroupfs", NULL, ARGS_CGROUPS_NO_CONMON, "/hako/a", "/hako/a" },
    };
    args.cgroup_manager = rows[_i].manager;
    args.cgroup_parent = rows[_i].parent;
    args.cgroups = rows[_i].cgroups;
    unit_ok(plan_cgroup(&plan, &args, &e), &e);
    const char *path = plan.config.lnx.cgroups_path;
    ck_assert(rows[_i].want ? path && str_starts(path, rows[_i].want) : !path);
    path = plan.record.cgroup;
    ck_assert(rows[_i].group ? path && str_starts(path, rows[_i].group) : !path);
    ck_assert_str_eq(plan.record.cgroup_manager, rows[_i].group ? "cgroupfs" : "disabled");
}
END_TEST

START_TEST(systemd_groups)
{
    args.cgroup_manager = "systemd";
    args.cgroup_parent = _i == 0 ? NULL : "a-b.slice";
    /* Its path depends on where systemd is, which may be nowhere. */
    if (plan_cgroup(&plan, &args, &e) < 0)
        err_clear(&e);
    const char *slice = geteuid() == 0 ? "machine.slice" : "user.slice";
    AUTO_FREE char *want = str_fmt("%s:hako:%s", _i == 0 ? slice : "a-b.slice", plan.id);
    ck_assert_str_eq(plan.config.lnx.cgroups_path, want);
}
END_TEST

START_TEST(group_refusals)
{
    static const struct {
        const char *manager;
        const char *parent;
        const char *pid;
        bool limited;
        int kind;
    } rows[] = {
        { "nosuch", NULL, NULL, false, ERR_UNSUPPORTED },
        { "cgroupfs", "a.slice", NULL, false, ERR_INVALID },
        { "cgroupfs", "a.slice:b:c", NULL, false, ERR_INVALID },
        { "cgroupfs", "../a", NULL, false, ERR_INVALID },
        { "systemd", "/a", NULL, false, ERR_INVALID },
        { "systemd", "a/b.slice", NULL, false, ERR_INVALID },
        { "systemd", "a:b.slice", NULL, false, ERR_INVALID },
        { "disabled", "/a", NULL, false, ERR_INVALID },
        { "disabled", NULL, "host", false, ERR_INVALID },
        { "disabled", NULL, NULL, true, ERR_INVALID },
    };
    args.cgroup_manager = rows[_i].manager;
    args.cgroup_parent = rows[_i].parent;
    args.pid = rows[_i].pid;
    args.limits.pids_limit = rows[_i].limited ? 5 : ARG_UNSET;
    unit_ok(plan_namespaces(&trees, &plan, &args, &e), &e);
    unit_ok(plan_limits(&plan, &args, &e), &e);
    unit_fails(plan_cgroup(&plan, &args, &e), rows[_i].kind, &e);
    if (!rows[_i].limited)
        return;
    ck_assert_ptr_nonnull(strstr(e.msg, "pids.limit"));
    args.cgroup_missing = ARGS_MISSING_WARN;
    free(TAKE_PTR(plan.record.cgroup));
    unit_ok(plan_cgroup(&plan, &args, &e), &e);
    ck_assert(plan.record.cgroup_lenient);
}
END_TEST

/* ---- confinement ---- */

START_TEST(security)
{
    args.cap_drop = LIST("ALL");
    args.cap_add = LIST("NET_ADMIN");
    args.security_opts = LIST("no-new-privileges", "systempaths=unconfined");
    unit_ok(plan_security(&plan, &args, &e), &e);
    ck_assert_uint_eq(plan.config.process->capabilities->bounding.bits, 1u << 12);
    ck_assert(plan.config.process->no_new_privileges);
    ck_assert_ptr_null(plan.config.lnx.masked_paths);
    check_list(plan.record.cap_add, "NET_ADMIN");
    ck_assert(plan_wants_default_seccomp(&plan.record));
}
END_TEST

START_TEST(security_refusals)
{
    args.cap_add = _i == 0 ? LIST("NO_SUCH") : NULL;
    args.security_opts = _i == 1 ? LIST("bogus=1") : _i == 2 ? LIST("seccomp=/no/file") : NULL;
    int r = plan_security(&plan, &args, &e);
    ck_assert_int_lt(r, 0);
}
END_TEST

/* ---- networks ---- */

static int networks(char **list)
{
    free(plan.record.network_mode);
    plan.record.network_mode = NULL;
    args.networks = list;
    return plan_network(&trees, &plan, &args, &(struct image_run){ 0 }, &e);
}

START_TEST(networks_by_name)
{
    args.ip = "10.9.8.7";
    args.network_aliases = LIST("db");
    unit_ok(networks(LIST("app", "name=back,alias=x")), &e);
    ck_assert_str_eq(plan.record.network_mode, "app");
    ck_assert_uint_eq(plan.record.n_networks, 2);
    ck_assert_str_eq(plan.record.networks[0].ip, "10.9.8.7");
    check_list(plan.record.networks[0].aliases, "db");
    check_list(plan.record.networks[1].aliases, "x");
}
END_TEST

START_TEST(the_default_network)
{
    unit_ok(networks(NULL), &e);
    ck_assert_str_eq(plan.record.network_mode, NETWORK_DEFAULT);
    ck_assert_uint_eq(plan.record.n_networks, 1);
}
END_TEST

START_TEST(network_refusals)
{
    char **rows[] = { LIST("none", "app"), LIST("app", "app"), LIST("container:nobody"),
                      LIST("host") };

    args.ip = _i == 3 ? "10.9.8.7" : NULL;
    unit_fails(networks(rows[_i]), _i == 2 ? ERR_NOT_FOUND : ERR_INVALID, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("plan");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_loop_test(t, commands, 0, 9);
    tcase_add_test(t, process_of_image_and_flags);
    tcase_add_test(t, process_flags_win);
    tcase_add_loop_test(t, process_refusals, 0, 2);
    tcase_add_test(t, mounts);
    tcase_add_loop_test(t, mount_refusals, 0, 5);
    tcase_add_test(t, namespaces);
    tcase_add_test(t, host_keeps_its_name);
    tcase_add_loop_test(t, namespace_refusals, 0, 3);
    tcase_add_test(t, limits);
    tcase_add_test(t, more_limits);
    tcase_add_test(t, limits_that_v2_lacks);
    tcase_add_test(t, half_a_limit);
    tcase_add_test(t, no_limits);
    tcase_add_loop_test(t, groups, 0, 6);
    tcase_add_loop_test(t, systemd_groups, 0, 2);
    tcase_add_loop_test(t, group_refusals, 0, 10);
    tcase_add_test(t, security);
    tcase_add_loop_test(t, security_refusals, 0, 3);
    tcase_add_test(t, networks_by_name);
    tcase_add_test(t, the_default_network);
    tcase_add_loop_test(t, network_refusals, 0, 4);
    return unit_run(t);
}
