/* SPDX-License-Identifier: MIT */
/* Giving back what a container owns, and removing it, whole or half-made, once or twice. */
#include "engine/teardown.h"

#include "engine/names.h"
#include "tests/unit/trees.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

static char id[ID_LEN + 1];
static struct container c;
static int lock;

static void start(void)
{
    trees_make();
    memset(id, 'e', ID_LEN);
    c = (struct container)CONTAINER_INIT;
    lock = -1;
}

static void stop(void)
{
    container_close(&c);
    mem_close(&lock);
    trees_remove();
}

static bool there(int tree, const char *sub)
{
    return trees_have(tree, sub, id);
}

/* A container "web" that has a run directory and has written something. */
static void make(const char *record)
{
    char path[96];

    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    c.record.id = str_dup(id);
    c.record.name = str_dup("web");
    c.record.network_mode = str_dup("none");
    c.record.ipc_mode = str_dup(record);
    unit_ok(names_claim(&trees, "web", id, &e), &e);
    unit_ok(container_save_record(&c, &e), &e);
    unit_ok(container_make_run(&trees, &c, &e), &e);
    trees_write(c.run_fd, "hosts", "x");
    snprintf(path, sizeof(path), "containers/%s/upper/deep/er", id);
    unit_ok(fs_mkdir_p(trees.root_fd, path, 0700, &e), &e);
}

START_TEST(forgets_first_and_discards_then)
{
    make(NULL);
    unit_ok(teardown(&trees, &c, &e), &e);
    ck_assert(there(trees.root_fd, "containers/%s/record.json"));
    unit_ok(teardown_forget(&trees, &c, &e), &e);
    ck_assert(!container_recorded(&trees, id));
    ck_assert(!there(trees.root_fd, "names/web"));
    ck_assert(!there(trees.run_fd, "containers/%s"));
    ck_assert(there(trees.root_fd, "containers/%s/upper/deep/er"));
    unit_ok(teardown_discard(&trees, &c, &e), &e);
    ck_assert(!there(trees.root_fd, "containers/%s"));
}
END_TEST

START_TEST(may_be_repeated)
{
    make(NULL);
    for (int i = 0; i < 2; i++) {
        unit_ok(teardown(&trees, &c, &e), &e);
        unit_ok(teardown_remove(&trees, &c, &e), &e);
    }
    ck_assert(!there(trees.root_fd, "containers/%s"));
    ck_assert(!there(trees.run_fd, "containers/%s"));
}
END_TEST

/* Nothing but a directory: killed before it had a record or a name. */
START_TEST(half_made)
{
    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    unit_ok(teardown(&trees, &c, &e), &e);
    unit_ok(teardown_remove(&trees, &c, &e), &e);
    ck_assert(!there(trees.root_fd, "containers/%s"));
}
END_TEST

/* The name is another container's by now. */
START_TEST(leaves_a_name_that_is_not_its_own)
{
    char other[ID_LEN + 1];
    char resolved[ID_LEN + 1];
    CLEANUP(container) struct container o = CONTAINER_INIT;
    AUTO_FD int other_lock = -1;

    make(NULL);
    memset(other, 'f', ID_LEN);
    other[ID_LEN] = '\0';
    unit_ok(container_unrecord(&c, &e), &e);
    unit_ok(names_release(&trees, "web", id, &e), &e);
    unit_ok(container_make(&trees, other, &o, &other_lock, &e), &e);
    trees_write(o.dir_fd, "record.json", "{}");
    unit_ok(names_claim(&trees, "web", other, &e), &e);
    unit_ok(teardown_remove(&trees, &c, &e), &e);
    unit_ok(names_resolve(&trees, "web", resolved, &e), &e);
    ck_assert_str_eq(resolved, other);
}
END_TEST

START_TEST(unmounts_shared_memory)
{
    char path[160];
    struct stat st;
    struct stat below;

    make("shareable");
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return; /* not root */
    ck_assert_int_eq(mkdirat(c.run_fd, TEARDOWN_SHM, 0755), 0);
    snprintf(path, sizeof(path), "%s/containers/%s/%s", trees.runroot, id, TEARDOWN_SHM);
    ck_assert_int_eq(mount("tmpfs", path, "tmpfs", 0, NULL), 0);
    unit_ok(teardown(&trees, &c, &e), &e);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(fstat(c.run_fd, &below), 0);
    ck_assert(st.st_dev == below.st_dev);
    unit_ok(teardown_remove(&trees, &c, &e), &e);
    ck_assert(!there(trees.run_fd, "containers/%s"));
}
END_TEST

/* It goes on after a failure, and tells the first. */
START_TEST(goes_on_after_a_failure)
{
    char path[160];

    make(NULL);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return; /* not root */
    snprintf(path, sizeof(path), "%s/containers/%s/upper/deep", trees.root, id);
    ck_assert_int_eq(mount("tmpfs", path, "tmpfs", 0, NULL), 0);
    unit_fails(teardown_remove(&trees, &c, &e), ERR_SYS, &e);
    ck_assert(str_starts(e.msg, "remove container eeeeeeeeeeee: "));
    ck_assert(!container_recorded(&trees, id));
    ck_assert(!there(trees.root_fd, "names/web"));
    ck_assert(!there(trees.run_fd, "containers/%s"));
    ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
    unit_ok(teardown_remove(&trees, &c, &e), &e);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("teardown");

    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, forgets_first_and_discards_then);
    tcase_add_test(t, may_be_repeated);
    tcase_add_test(t, half_made);
    tcase_add_test(t, leaves_a_name_that_is_not_its_own);
    tcase_add_test(t, unmounts_shared_memory);
    tcase_add_test(t, goes_on_after_a_failure);
    return unit_run(t);
}
