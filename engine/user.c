/* SPDX-License-Identifier: MIT */
/* Looks users and groups up in a rootfs. */
#include "engine/user.h"

#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"

#include <fcntl.h>

#define FILE_MAX (16u << 20)

/* A colon-separated line, cut in place. */
struct fields {
    char *v[7];
    size_t n;
};

static void cut(char *line, struct fields *f)
{
    f->n = 0;
    while (line && f->n < ARRAY_LEN(f->v)) {
        f->v[f->n++] = line;
        line = strchr(line, ':');
        if (line)
            *line++ = '\0';
    }
}

static bool number(const char *s, uint32_t *ret)
{
    struct err e;
    uint64_t v;

    if (num_u64(s, 0, UINT32_MAX - 1, &v, &e) < 0)
        return false;
    *ret = (uint32_t)v;
    return true;
}

/* Reads a regular file of the rootfs. Anything else is not even opened: an image may have put a
 * fifo or a device there. 1, or 0 when there is no such file. */
static int read_file(int root, const char *path, char **ret, struct err *e)
{
    char at[FS_FD_PATH_MAX];
    struct stat st;
    AUTO_FD int found = fs_open_in(root, path, O_PATH, 0);

    if (found < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, "open", path);
    if (fstat(found, &st) < 0)
        return err_sys(e, "stat", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_INVALID, "%s in the container is not a regular file", path);
    AUTO_FD int fd = open(fs_fd_path(found, at), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "open", path);
    int r = fs_read_fd(fd, path, FILE_MAX, ret, NULL, e);
    return r < 0 ? r : 1;
}

/* Calls fn for each line until it returns true. A missing file has no lines. */
typedef bool (*line_fn)(const struct fields *f, void *arg);
static int each_line(int root, const char *path, line_fn fn, void *arg, struct err *e)
{
    AUTO_FREE char *text = NULL;
    struct fields f;

    int r = read_file(root, path, &text, e);
    if (r <= 0)
        return r;
    for (char *line = text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        cut(line, &f);
        if (fn(&f, arg))
            return 1;
    }
    return 0;
}

/* ---- passwd ---- */

struct want_user {
    const char *name;
    bool numeric;
    uint32_t uid;
    struct user *found;
    char *login; /* the entry's name */
};

static bool match_user(const struct fields *f, void *arg)
{
    struct want_user *w = arg;
    uint32_t uid;
    uint32_t gid;

    if (f->n < 4 || !number(f->v[2], &uid) || !number(f->v[3], &gid))
        return false;
    if (w->numeric ? uid != w->uid : !STREQ(f->v[0], w->name))
        return false;
    w->found->uid = uid;
    w->found->gid = gid;
    free(w->found->home);
    w->found->home = str_dup(f->n > 5 && *f->v[5] ? f->v[5] : "/");
    w->login = str_dup(f->v[0]);
    return true;
}

/* ---- group ---- */

struct want_group {
    const char *name;  /* to find, or NULL */
    const char *login; /* whose memberships to collect, or NULL */
    uint32_t gid;
    struct user *user;
    bool nomem;
};

static bool add_group(struct user *u, uint32_t gid)
{
    for (size_t i = 0; i < u->n_groups; i++)
        if (u->groups[i] == gid)
            return true;
    uint32_t *grown = realloc(u->groups, (u->n_groups + 1) * sizeof(*grown));
    if (!grown)
        return false;
    u->groups = grown;
    u->groups[u->n_groups++] = gid;
    return true;
}

static bool match_group(const struct fields *f, void *arg)
{
    struct want_group *w = arg;

    return f->n >= 3 && STREQ(f->v[0], w->name) && number(f->v[2], &w->gid);
}

static bool has_member(char *list, const char *login)
{
    char *rest = NULL;

    for (char *m = strtok_r(list, ",", &rest); m; m = strtok_r(NULL, ",", &rest))
        if (STREQ(m, login))
            return true;
    return false;
}

static bool collect_group(const struct fields *f, void *arg)
{
    struct want_group *w = arg;
    uint32_t gid;

    if (f->n >= 4 && number(f->v[2], &gid) && has_member(f->v[3], w->login))
        w->nomem = !add_group(w->user, gid);
    return w->nomem;
}

static int find_group(int root, const char *name, uint32_t *ret, struct err *e)
{
    struct want_group w = { .name = name };

    if (number(name, ret))
        return 0;
    int r = each_line(root, "/etc/group", match_group, &w, e);
    if (r < 0)
        return r;
    if (r == 0)
        return err_set(e, ERR_INVALID, "unable to find group %s: no matching entries in group file",
                       name);
    *ret = w.gid;
    return 0;
}

static int find_user(int root, const char *name, struct user *u, char **ret_login, struct err *e)
{
    struct want_user w = { .name = name, .found = u };

    w.numeric = number(name, &w.uid);
    int r = each_line(root, "/etc/passwd", match_user, &w, e);
    if (r < 0)
        return r;
    if (r == 0 && !w.numeric)
        return err_set(e, ERR_INVALID, "unable to find user %s: no matching entries in passwd file",
                       name);
    if (r == 0)
        u->uid = w.uid;
    *ret_login = w.login;
    return 0;
}

static int find_groups(int root, const char *group, const char *login, char *const *more,
                       struct user *u, struct err *e)
{
    struct want_group w = { .login = login, .user = u };
    uint32_t gid;
    int r = 0;

    if (!str_empty(group))
        r = find_group(root, group, &u->gid, e);
    if (r < 0)
        return r;
    /* A process that leaves its primary group is still one of its members (CVE-2022-36109). */
    w.nomem = !add_group(u, u->gid);
    if (str_empty(group) && login && !w.nomem)
        r = each_line(root, "/etc/group", collect_group, &w, e);
    if (r < 0)
        return r;
    strv_foreach (it, more) {
        r = find_group(root, *it, &gid, e);
        if (r < 0)
            return r;
        w.nomem = w.nomem || !add_group(u, gid);
    }
    return w.nomem ? err_nomem(e) : 0;
}

int user_lookup(int root, const char *text, char *const *more, struct user *ret, struct err *e)
{
    CLEANUP(user) struct user u = { .home = str_dup("/") };
    AUTO_FREE char *name = str_dup(str_empty(text) ? "0" : text);
    AUTO_FREE char *login = NULL;

    if (!name || !u.home)
        return err_nomem(e);
    char *group = strchr(name, ':');
    if (group)
        *group++ = '\0';
    int r = find_user(root, *name ? name : "0", &u, &login, e);
    if (r >= 0)
        r = find_groups(root, group, login, more, &u, e);
    if (r < 0)
        return r;
    *ret = u;
    u = (struct user){ 0 };
    return 0;
}

int user_apply(struct user *u, struct config_process *proc, struct err *e)
{
    proc->user.uid = u->uid;
    proc->user.gid = u->gid;
    free(proc->user.additional_gids.v);
    proc->user.additional_gids.v = TAKE_PTR(u->groups);
    proc->user.additional_gids.n = u->n_groups;
    if (!strv_env_get(proc->env, "HOME") && strv_addf(&proc->env, "HOME=%s", u->home) < 0)
        return err_nomem(e);
    return 0;
}

void user_free(struct user *u)
{
    free(u->groups);
    free(u->home);
}
