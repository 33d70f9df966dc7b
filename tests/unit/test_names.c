/* SPDX-License-Identifier: MIT */
/* Names: claims, conflicts, stale ones, resolution, and fifty claimers at once. */
#include "engine/names.h"

#include "base/str.h"
#include "engine/container.h"
#include "tests/unit/trees.h"

#include <sys/stat.h>
#include <sys/wait.h>

static char id_a[ID_LEN + 1];
static char id_b[ID_LEN + 1];

static void start(void)
{
    trees_make();
    memset(id_a, 'a', ID_LEN);
    memset(id_b, 'a', ID_LEN);
    id_b[ID_LEN - 1] = 'b';
}

/* A container with a record of some sort. */
static void make(const char *id)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;

    unit_ok(container_make(&trees, id, &c, &lock, &e), &e);
    trees_write(c.dir_fd, "record.json", "");
}

static void unmake(const char *id)
{
    char path[96];

    snprintf(path, sizeof(path), "containers/%s", id);
    unit_ok(fs_rm_rf(trees.root_fd, path, &e), &e);
}

static const char *resolve(const char *name)
{
    static char id[ID_LEN + 1];

    unit_ok(names_resolve(&trees, name, id, &e), &e);
    return id;
}

START_TEST(claims_and_conflicts)
{
    make(id_a);
    unit_ok(names_claim(&trees, "web", id_a, &e), &e);
    unit_fails(names_claim(&trees, "web", id_b, &e), ERR_EXISTS, &e);
    AUTO_FREE char *want =
        str_fmt("Conflict. The container name \"/web\" is already in use by container \"%s\". You "
                "have to remove (or rename) that container to be able to reuse that name.",
                id_a);
    ck_assert_str_eq(e.msg, want);
    unit_ok(names_release(&trees, "web", id_b, &e), &e); /* not its own: nothing happens */
    ck_assert_str_eq(resolve("web"), id_a);
    unit_ok(names_release(&trees, "web", id_a, &e), &e);
    unit_ok(names_release(&trees, "web", id_a, &e), &e);
    make(id_b);
    unit_ok(names_claim(&trees, "web", id_b, &e), &e);
    ck_assert_str_eq(resolve("web"), id_b);
}
END_TEST

START_TEST(stale_names_are_free)
{
    make(id_a);
    unit_ok(names_claim(&trees, "web", id_a, &e), &e);
    unit_fails(names_release_stale(&trees, "web", &e), ERR_EXISTS, &e);
    unmake(id_a);
    unit_fails(names_resolve(&trees, "web", (char[ID_LEN + 1]){ 0 }, &e), ERR_NOT_FOUND, &e);
    make(id_b);
    unit_ok(names_claim(&trees, "web", id_b, &e), &e);
    ck_assert_str_eq(resolve("web"), id_b);
    unmake(id_b);
    unit_ok(names_release_stale(&trees, "web", &e), &e);
    ck_assert_int_lt(faccessat(trees.root_fd, "names/web", F_OK, AT_SYMLINK_NOFOLLOW), 0);
}
END_TEST

/* A container in the making, without a record yet, holds its name by its lock. */
START_TEST(a_maker_holds_its_name)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;
    int lock = -1;

    unit_ok(container_make(&trees, id_a, &c, &lock, &e), &e);
    unit_ok(names_claim(&trees, "web", id_a, &e), &e);
    unit_fails(names_claim(&trees, "web", id_b, &e), ERR_EXISTS, &e);
    close(lock);
    container_close(&c);
    unit_ok(names_claim(&trees, "web", id_b, &e), &e);
}
END_TEST

START_TEST(resolution)
{
    char id[ID_LEN + 1];

    make(id_a);
    make(id_b);
    unit_ok(names_claim(&trees, "web", id_a, &e), &e);
    unit_ok(names_claim(&trees, "aaaa", id_b, &e), &e);
    ck_assert_str_eq(resolve("web"), id_a);
    ck_assert_str_eq(resolve("/web"), id_a);
    ck_assert_str_eq(resolve(id_b), id_b);
    ck_assert_str_eq(resolve("aaaa"), id_b); /* a name goes before a prefix */
    unit_fails(names_resolve(&trees, "aaa", id, &e), ERR_INVALID, &e);
    ck_assert_ptr_nonnull(strstr(e.msg, "Multiple IDs found with provided prefix: aaa"));
    unmake(id_b);
    ck_assert_str_eq(resolve("aaa"), id_a);
    static const char *const none[] = { "",  "/",   "nosuch", "..", ".lock", "../names/web",
                                        "b", "web/" };
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        unit_fails(names_resolve(&trees, none[i], id, &e), ERR_NOT_FOUND, &e);
        ck_assert_ptr_nonnull(strstr(e.msg, "No such container: "));
    }
}
END_TEST

START_TEST(fifty_claimers)
{
    enum { N = 50 };
    pid_t pids[N];
    int go[2];
    int won = 0;
    char c;
    char ids[N][ID_LEN + 1];

    make(id_a);
    for (int i = 0; i < N; i++) {
        unit_ok(id_new(ids[i], &e), &e);
        make(ids[i]);
    }
    /* The name is stale to begin with: the hard case. */
    unit_ok(names_claim(&trees, "web", id_a, &e), &e);
    unmake(id_a);
    ck_assert_int_eq(pipe(go), 0);
    for (int i = 0; i < N; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            close(go[1]);
            if (read(go[0], &c, 1) < 0)
                _exit(9);
            int r = names_claim(&trees, "web", ids[i], &e);
            _exit(r == 0 ? 0 : r == -ERR_EXISTS ? 1 : 2);
        }
    }
    close(go[1]);
    close(go[0]);
    for (int i = 0; i < N; i++) {
        int status;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        if (WEXITSTATUS(status) == 0) {
            won++;
            ck_assert_str_eq(resolve("web"), ids[i]);
        }
    }
    ck_assert_int_eq(won, 1);
}
END_TEST

/* Looking at an abandoned directory from many processes never makes it look alive. */
START_TEST(lookers_are_no_makers)
{
    char path[96];
    pid_t pids[8];

    snprintf(path, sizeof(path), "containers/%s", id_a);
    unit_ok(fs_mkdir_p(trees.root_fd, path, 0700, &e), &e);
    for (int i = 0; i < 8; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            for (int k = 0; k < 3000; k++)
                if (container_exists(&trees, id_a))
                    _exit(1);
            _exit(0);
        }
    }
    for (int i = 0; i < 8; i++) {
        int status;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("names");

    tcase_add_checked_fixture(t, start, trees_remove);
    tcase_add_test(t, claims_and_conflicts);
    tcase_add_test(t, stale_names_are_free);
    tcase_add_test(t, a_maker_holds_its_name);
    tcase_add_test(t, resolution);
    tcase_add_test(t, fifty_claimers);
    tcase_add_test(t, lookers_are_no_makers);
    return unit_run(t);
}
