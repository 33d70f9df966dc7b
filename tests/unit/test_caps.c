/* SPDX-License-Identifier: MIT */
/* Tests of capability names, docker's --cap-add and --cap-drop, and a process's sets. */
#include "base/log.h"
#include "base/proc.h"
#include "base/str.h"
#include "runtime/caps.h"
#include "unit.h"

#include <grp.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#define BIT(c) CAPS_BIT(CAP_##c)

START_TEST(names_and_numbers)
{
    ck_assert_int_eq(caps_number("CAP_CHOWN"), 0);
    ck_assert_int_eq(caps_number("chown"), 0);
    ck_assert_int_eq(caps_number("Cap_Net_Admin"), CAP_NET_ADMIN);
    ck_assert_int_eq(caps_number("CHECKPOINT_RESTORE"), CAP_CHECKPOINT_RESTORE);
    ck_assert_int_eq(caps_number("CAP_"), -1);
    ck_assert_int_eq(caps_number("ALL"), -1);
    ck_assert_int_eq(caps_number("CAP_CAP_CHOWN"), -1);
    ck_assert_str_eq(caps_name(CAP_BPF), "CAP_BPF");
    ck_assert_ptr_null(caps_name(63));
    for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
        ck_assert_int_eq(caps_number(caps_name(cap)), cap);
}
END_TEST

/* ALL of the machine is written as -1. */
static const struct {
    const char *add, *drop;
    bool privileged;
    uint64_t want;
} choices[] = {
    { "", "", false, CAPS_DEFAULT },
    { "NET_ADMIN", "", false, CAPS_DEFAULT | BIT(NET_ADMIN) },
    { "cap_net_admin,CAP_SYS_TIME", "", false, CAPS_DEFAULT | BIT(NET_ADMIN) | BIT(SYS_TIME) },
    { "", "CHOWN,mknod", false, CAPS_DEFAULT & ~(BIT(CHOWN) | BIT(MKNOD)) },
    { "", "ALL", false, 0 },
    { "CHOWN", "all", false, BIT(CHOWN) },
    { "CHOWN", "ALL,CHOWN", false, BIT(CHOWN) },
    { "CHOWN", "CHOWN", false, CAPS_DEFAULT },
    { "NET_ADMIN", "NET_ADMIN", false, CAPS_DEFAULT | BIT(NET_ADMIN) },
    { "ALL", "", false, UINT64_MAX },
    { "ALL", "NET_ADMIN", false, UINT64_MAX & ~BIT(NET_ADMIN) },
    { "ALL", "ALL", false, UINT64_MAX },
    { "", "ALL", true, UINT64_MAX },
};

START_TEST(add_and_drop_as_docker)
{
    AUTO_STRV char **add = strv_split(choices[_i].add, ',', true);
    AUTO_STRV char **drop = strv_split(choices[_i].drop, ',', true);
    struct err e = ERR_INIT;
    uint64_t set = 0;

    unit_ok(caps_resolve(add, drop, choices[_i].privileged, &set, &e), &e);
    uint64_t want = choices[_i].want >> 63 ? choices[_i].want & caps_all() : choices[_i].want;
    ck_assert_msg(set == want, "add %s drop %s: %" PRIx64 ", expected %" PRIx64, choices[_i].add,
                  choices[_i].drop, set, want);
}
END_TEST

START_TEST(unknown_names_are_hinted_at)
{
    static const struct {
        const char *given, *says, *hint;
    } cases[] = {
        { "NET_ADMN", "unknown capability: \"CAP_NET_ADMN\"", "did you mean NET_ADMIN?" },
        { "cap_net_row", "unknown capability: \"CAP_NET_ROW\"", "did you mean CAP_NET_RAW?" },
        { "XYZZYXYZZY", "unknown capability: \"CAP_XYZZYXYZZY\"", "" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_STRV char **list = strv_split(cases[i].given, ',', true);
        struct err e = ERR_INIT;
        uint64_t set;
        unit_fails(caps_resolve(NULL, list, false, &set, &e), ERR_INVALID, &e);
        ck_assert_str_eq(e.msg, cases[i].says);
        ck_assert_str_eq(e.hint, cases[i].hint);
    }
}
END_TEST

static char logged[1024];

static void sink(enum log_level level, const char *line)
{
    (void)level;
    snprintf(logged + strlen(logged), sizeof(logged) - strlen(logged), "%s\n", line);
}

START_TEST(a_config_gives_and_takes_sets)
{
    struct config_capabilities c = { 0 };
    struct caps caps;

    caps_from_config(NULL, &caps);
    ck_assert_uint_eq(caps.bounding | caps.permitted | caps.effective, 0);
    caps_to_config(CAPS_DEFAULT, &c);
    c.ambient.bits = BIT(CHOWN);
    ck_assert_int_eq(strv_add(&c.effective.unknown, "CAP_FUTURE"), 0);
    log_set(sink, LOG_LVL_WARN);
    caps_from_config(&c, &caps);
    ck_assert_uint_eq(caps.bounding, CAPS_DEFAULT);
    ck_assert_uint_eq(caps.permitted, CAPS_DEFAULT);
    ck_assert_uint_eq(caps.effective, CAPS_DEFAULT);
    ck_assert_uint_eq(caps.inheritable, 0);
    ck_assert_uint_eq(caps.ambient, BIT(CHOWN));
    ck_assert_msg(strstr(logged, "CAP_FUTURE"), "%s", logged);
    strv_free(c.effective.unknown);
}
END_TEST

/* A set as the kernel tells it: "CapEff" and the like of /proc/self/status. */
static uint64_t status(const char *key)
{
    AUTO_FREE char *text = NULL;
    struct err e = ERR_INIT;
    size_t len;

    if (fs_read(AT_FDCWD, "/proc/self/status", 1 << 16, &text, &len, &e) < 0)
        _exit(99);
    const char *line = strstr(text, key);
    return line ? strtoull(line + strlen(key) + 1, NULL, 16) : 0;
}

/* Each runs in a process of its own, as root; 0 when all is well, else the line. */
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            return __LINE__ % 100 + 100;                                                           \
    } while (0)

static int as_root(struct err *e)
{
    struct caps c = { .bounding = CAPS_DEFAULT,
                      .permitted = CAPS_DEFAULT,
                      .effective = CAPS_DEFAULT & ~BIT(CHOWN) };

    CHECK(caps_bound(&c, e) >= 0 && caps_keep(e) >= 0 && caps_apply(&c, e) >= 0);
    CHECK(status("CapBnd") == CAPS_DEFAULT);
    CHECK(status("CapPrm") == CAPS_DEFAULT);
    CHECK(status("CapEff") == (CAPS_DEFAULT & ~BIT(CHOWN)));
    CHECK(status("CapInh") == 0 && status("CapAmb") == 0);
    CHECK(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 0);
    return 0;
}

static int as_user(struct err *e)
{
    uint64_t some = BIT(NET_RAW) | BIT(KILL);
    struct caps c = { .bounding = CAPS_DEFAULT,
                      .permitted = some,
                      .effective = BIT(KILL),
                      .inheritable = some,
                      .ambient = BIT(NET_RAW) };

    CHECK(caps_bound(&c, e) >= 0 && caps_keep(e) >= 0);
    CHECK(setgroups(0, NULL) == 0 && setresgid(12345, 12345, 12345) == 0);
    CHECK(setresuid(12345, 12345, 12345) == 0);
    CHECK(caps_apply(&c, e) >= 0);
    CHECK(status("CapPrm") == some && status("CapEff") == BIT(KILL));
    CHECK(status("CapInh") == some && status("CapAmb") == BIT(NET_RAW));
    return 0;
}

/* What this process does not have cannot be kept; that is no failure. */
static int beyond_reach(struct err *e)
{
    struct caps less = { .bounding = UINT64_MAX & ~BIT(SYS_BOOT),
                         .permitted = UINT64_MAX & ~BIT(SYS_TIME),
                         .effective = UINT64_MAX & ~BIT(SYS_TIME) };
    struct caps c = { .bounding = UINT64_MAX,
                      .permitted = UINT64_MAX,
                      .effective = UINT64_MAX,
                      .inheritable = UINT64_MAX,
                      .ambient = UINT64_MAX };

    CHECK(caps_bound(&less, e) >= 0 && caps_apply(&less, e) >= 0);
    uint64_t before = status("CapPrm");
    CHECK(!(before & BIT(SYS_TIME)));
    logged[0] = '\0';
    log_set(sink, LOG_LVL_WARN);
    struct caps limited = c;
    caps_limit(&limited);
    CHECK(strstr(logged, "CAP_SYS_TIME") && strstr(logged, "CAP_SYS_BOOT"));
    CHECK(!(limited.permitted & (BIT(SYS_TIME) | BIT(SYS_BOOT))));
    CHECK(limited.permitted & BIT(CHOWN));
    CHECK(caps_bound(&c, e) >= 0 && caps_apply(&c, e) >= 0);
    CHECK(status("CapPrm") == before);
    CHECK(!(status("CapInh") & BIT(SYS_BOOT)));
    return 0;
}

/* Another user's process has no CAP_SETPCAP in effect: inheritable cannot exceed permitted then. */
static int inheritable_of_a_user(struct err *e)
{
    struct caps less = { .bounding = UINT64_MAX,
                         .permitted = CAPS_DEFAULT,
                         .effective = CAPS_DEFAULT };
    struct caps c = { .bounding = UINT64_MAX,
                      .permitted = BIT(KILL),
                      .inheritable = BIT(KILL) | BIT(SYS_TIME) };

    CHECK(caps_apply(&less, e) >= 0 && caps_keep(e) >= 0);
    CHECK(setresuid(12345, 12345, 12345) == 0);
    CHECK(caps_apply(&c, e) >= 0);
    CHECK(status("CapPrm") == BIT(KILL) && status("CapInh") == BIT(KILL));
    return 0;
}

/* Without CAP_SETPCAP nothing can be dropped, which matters only when something has to be. */
static int without_setpcap(struct err *e)
{
    struct caps c = { .bounding = CAPS_DEFAULT, .permitted = BIT(CHOWN), .effective = BIT(CHOWN) };
    struct caps none = { 0 };

    CHECK(caps_bound(&c, e) >= 0 && caps_apply(&c, e) >= 0);
    CHECK(caps_bound(&c, e) >= 0);
    CHECK(caps_bound(&none, e) == -ERR_SYS);
    return 0;
}

static int (*const scenes[])(struct err *) = { as_root, as_user, beyond_reach,
                                               inheritable_of_a_user, without_setpcap };

START_TEST(sets_of_a_process)
{
    if (geteuid() != 0) {
        fprintf(stderr, "SKIP: needs root\n");
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = ERR_INIT;
        int r = scenes[_i](&e);
        if (r && e.msg[0])
            fprintf(stderr, "%s\n", e.msg);
        _exit(r);
    }
    ck_assert_int_eq(proc_exit_code(proc_wait(pid)), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("caps");

    tcase_add_test(t, names_and_numbers);
    tcase_add_loop_test(t, add_and_drop_as_docker, 0, ARRAY_LEN(choices));
    tcase_add_test(t, unknown_names_are_hinted_at);
    tcase_add_test(t, a_config_gives_and_takes_sets);
    tcase_add_loop_test(t, sets_of_a_process, 0, ARRAY_LEN(scenes));
    return unit_run(t);
}
