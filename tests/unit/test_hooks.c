/* SPDX-License-Identifier: MIT */
/* Hooks: stdin, environment, order, failures and time. */
#include "base/mem.h"
#include "base/str.h"
#include "runtime/hooks.h"
#include "tests/unit/unit.h"

#include <string.h>

static char sh[] = "/bin/sh", name[] = "sh", c[] = "-c", version[] = "1.3.0", id[] = "box",
            bundle[] = "/b";

static const struct state st = {
    .oci_version = version, .id = id, .bundle = bundle, .status = STATE_CREATING, .pid = 42
};

/* One hook that runs a line of shell in the test's directory. */
static int run(const char *script, struct opt_i32 timeout, struct err *e)
{
    AUTO_FREE char *line = str_fmt("cd %s; %s", unit_dir, script);
    char *args[] = { name, c, line, NULL };
    char env1[] = "PATH=/usr/bin:/bin", env2[] = "X=y";
    char *env[] = { env1, env2, NULL };
    struct config_hook h = { .path = sh, .args = args, .env = env, .timeout = timeout };
    struct config_hook_list list = { .v = &h, .n = 1 };

    return hooks_run(&list, "createRuntime", &st, e);
}

static const struct opt_i32 no_limit = { 0 };

START_TEST(state_and_environment)
{
    struct err e = ERR_INIT;
    char text[512];

    unit_ok(run("cat >state; echo \"$X $(env | wc -l)\" >env", no_limit, &e), &e);
    ck_assert_int_gt(fs_read_small(unit_dirfd, "state", text, sizeof(text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "\"id\":\"box\""));
    ck_assert_ptr_nonnull(strstr(text, "\"status\":\"creating\""));
    ck_assert_ptr_nonnull(strstr(text, "\"pid\":42"));
    ck_assert_int_gt(fs_read_small(unit_dirfd, "env", text, sizeof(text)), 0);
    ck_assert_int_eq(text[0], 'y');
}
END_TEST

START_TEST(failures_are_told)
{
    struct err e = ERR_INIT;

    unit_fails(run("echo first >&2; echo last words >&2; exit 5", no_limit, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "createRuntime hook /bin/sh: exit status 5: last words");
    unit_fails(run("kill -9 $$", no_limit, &e), ERR_INVALID, &e);
    ck_assert_str_eq(e.msg, "createRuntime hook /bin/sh: killed by SIGKILL");
}
END_TEST

START_TEST(time_runs_out)
{
    struct err e = ERR_INIT;

    unit_fails(run("exec sleep 1000", (struct opt_i32){ .set = true, .val = 1 }, &e), ERR_TIMEOUT,
               &e);
}
END_TEST

/* A hook that leaves a daemon behind, which holds its stderr, is done when it has ended. */
START_TEST(daemons_are_not_waited_for)
{
    struct err e = ERR_INIT;

    unit_ok(run("sleep 1000 & echo $! >pid", no_limit, &e), &e);
    unit_ok(run("kill $(cat pid)", no_limit, &e), &e);
}
END_TEST

START_TEST(much_output_keeps_the_end)
{
    struct err e = ERR_INIT;

    unit_fails(run("i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i + 1)); done; exit 1",
                   no_limit, &e),
               ERR_INVALID, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "exit status 1: line 2999"));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("hooks");

    tcase_add_checked_fixture(t, unit_dir_make, unit_dir_remove);
    tcase_add_test(t, state_and_environment);
    tcase_add_test(t, failures_are_told);
    tcase_add_test(t, time_runs_out);
    tcase_add_test(t, daemons_are_not_waited_for);
    tcase_add_test(t, much_output_keeps_the_end);
    return unit_run(t);
}
