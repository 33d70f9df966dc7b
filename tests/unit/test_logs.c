/* SPDX-License-Identifier: MIT */
/* Reading a container's log: all of it, its tail, a window of time, to its end while it runs. */
#include "engine/logs.h"

#include "base/buf.h"
#include "engine/args.h"
#include "engine/names.h"
#include "tests/unit/trees.h"

#include <signal.h>

#define AT(sec, rest) "2001-09-09T01:46:" sec ".000000000Z " rest "\n"
#define EPOCH         1000000000 /* of second 40 */
#define NS            1000000000LL

static char id[ID_LEN + 1];
static struct buf got;
static int stop_after;
static pid_t
    monitor; /* has a last line written and is killed when the log has been read; 0: none */

static void start(void)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;

    trees_make();
    memset(id, 'd', ID_LEN);
    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    AUTO_FREE char *record = str_fmt("{\"id\":\"%s\",\"name\":\"web\"}", id);
    trees_write(c.dir_fd, "record.json", record);
    unit_ok(names_claim(&trees, "web", id, &e), &e);
    got = (struct buf){ 0 };
    stop_after = -1;
}

static void put_log(const char *text)
{
    char path[96];

    snprintf(path, sizeof(path), "containers/%s/log", id);
    AUTO_FD int fd = openat(trees.root_fd, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0640);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fs_write_all(fd, text, strlen(text)), 0);
}

static void end_monitor(void)
{
    put_log(AT("45", "stdout F more"));
    kill(monitor, SIGKILL);
    proc_wait(monitor);
    monitor = 0;
}

/* "1@40:text" for each chunk; `stop_after` of them make the reading fail. */
static int take(void *arg, int fd, int64_t time_ns, const char *data, size_t len, struct err *why)
{
    buf_fmt(&got, "%d@%d:%.*s", fd, (int)(time_ns / NS - EPOCH + 40), (int)len, data);
    if (monitor > 0 && *data == '>')
        end_monitor();
    return stop_after >= 0 && stop_after-- == 0 ? err_set(why, ERR_STATE, "enough") : 0;
}

static void check(const struct logs_want *want, const char *text)
{
    buf_reset(&got);
    unit_ok(logs_read(&trees, "web", want, take, NULL, &e), &e);
    ck_assert_str_eq(got.data ? got.data : "", text);
}

#define LOG                                                                                        \
    AT("40", "stdout F one")                                                                       \
    AT("41", "stderr F two") AT("42", "stdout P thr") AT("43", "stdout F ee") AT("44", "stdout P >")

START_TEST(all)
{
    struct logs_want want = { .tail = ARG_UNSET };

    check(&want, ""); /* there is no log yet */
    put_log(LOG);
    check(&want, "1@40:one\n2@41:two\n1@42:thr1@43:ee\n1@44:>");
}
END_TEST

START_TEST(tails)
{
    static const struct {
        int64_t tail;
        const char *text;
    } rows[] = {
        { 0, "" },
        { 1, "1@44:>" },
        { 2, "1@42:thr1@43:ee\n1@44:>" },
        { 3, "2@41:two\n1@42:thr1@43:ee\n1@44:>" },
        { 100, "1@40:one\n2@41:two\n1@42:thr1@43:ee\n1@44:>" },
    };
    put_log(LOG);
    check(&(struct logs_want){ .tail = rows[_i].tail }, rows[_i].text);
}
END_TEST

START_TEST(windows)
{
    put_log(LOG);
    check(&(struct logs_want){ .tail = ARG_UNSET, .since_ns = (EPOCH + 3) * NS },
          "1@43:ee\n1@44:>");
    check(&(struct logs_want){ .tail = ARG_UNSET, .until_ns = (EPOCH + 1) * NS },
          "1@40:one\n2@41:two\n");
    check(&(struct logs_want){ .tail = ARG_UNSET,
                               .since_ns = (EPOCH + 1) * NS,
                               .until_ns = (EPOCH + 1) * NS },
          "2@41:two\n");
}
END_TEST

START_TEST(damage)
{
    put_log("garbage\n" AT("40", "stdout F one") "\n2001-09-09T01:46\n" AT("41", "")
                AT("42", "stdout F last") "2001-09-09T01:46:43.000000000Z stdout F not yet who");
    check(&(struct logs_want){ .tail = ARG_UNSET }, "1@40:one\n1@42:last\n");
}
END_TEST

START_TEST(reader_stops)
{
    put_log(LOG);
    stop_after = 1;
    unit_fails(logs_read(&trees, "web", &(struct logs_want){ .tail = ARG_UNSET }, take, NULL, &e),
               ERR_STATE, &e);
    ck_assert_str_eq(got.data, "1@40:one\n2@41:two\n");
}
END_TEST

START_TEST(follows)
{
    put_log(LOG);
    monitor = trees_run_monitor(id);
    check(&(struct logs_want){ .tail = ARG_UNSET, .follow = true },
          "1@40:one\n2@41:two\n1@42:thr1@43:ee\n1@44:>1@45:more\n");
    ck_assert_int_eq(monitor, 0);
}
END_TEST

START_TEST(follows_who_has_ended)
{
    put_log(AT("40", "stdout F one"));
    check(&(struct logs_want){ .tail = ARG_UNSET, .follow = true }, "1@40:one\n");
}
END_TEST

START_TEST(unknown)
{
    unit_fails(logs_read(&trees, "nobody", &(struct logs_want){ .tail = 0 }, take, NULL, &e),
               ERR_NOT_FOUND, &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("logs");

    tcase_add_checked_fixture(t, start, trees_remove);
    tcase_add_test(t, all);
    tcase_add_loop_test(t, tails, 0, 5);
    tcase_add_test(t, windows);
    tcase_add_test(t, damage);
    tcase_add_test(t, reader_stops);
    tcase_add_test(t, follows);
    tcase_add_test(t, follows_who_has_ended);
    tcase_add_test(t, unknown);
    return unit_run(t);
}
