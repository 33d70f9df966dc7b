/* SPDX-License-Identifier: MIT */
/* The container's command: looked up in its PATH, executed by way of the stub. */
#include "base/fs.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/sys.h"
#include "runtime/launch.h"
#include "runtime/setup.h"
#include "runtime/stub/stub.h"
#include "runtime/sync.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

/* ---- the stub ---- */

/* A sealed file in memory: less than a KiB that nobody can write any more. */
int command_stub(struct setup *s, struct err *e)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    AUTO_FD int fd = memfd_create("hako-exec", flags | MFD_EXEC);

    if (attr_has_labels(s->process))
        return 0;
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("hako-exec", flags);
    if (fd < 0) {
        int r = err_sys(e, "memfd_create", NULL);
        return e->errnum == EACCES
                   ? err_hint(e, "sysctl vm.memfd_noexec=2 forbids executable memory files")
                   : r;
    }
    if (fs_write_all(fd, stub_bytes, stub_bytes_len) < 0)
        return err_sys(e, "write", "memfd");
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return err_sys(e, "seal", "memfd");
    s->stub = TAKE_FD(fd);
    return 0;
}

/* ---- look-up, as a shell does it, with docker's words ---- */

/* 0: it can be executed; else the errno that says why not. */
static int check(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

static int refuse(const char *name, int errnum, struct err *e)
{
    if (errnum == EISDIR || errnum == EACCES || errnum == EPERM)
        return err_set(e, ERR_CMD_NOT_EXEC, "exec: \"%s\": %s", name, sync_reason(errnum));
    return err_set(e, ERR_CMD_NOT_FOUND, "exec: \"%s\": stat %s: %s", name, name,
                   sync_reason(errnum));
}

static int search(const char *name, const char *path, char **ret, struct err *e)
{
    AUTO_STRV char **dirs = strv_split(path, ':', false);
    bool denied = false;

    if (!dirs)
        return err_nomem(e);
    strv_foreach (dir, dirs) {
        char *full = str_fmt("%s/%s", **dir ? *dir : ".", name);
        int errnum = full ? check(full) : ENOMEM;
        if (errnum == 0) {
            *ret = full;
            return 0;
        }
        denied = denied || errnum == EACCES;
        free(full);
    }
    if (denied)
        return err_set(e, ERR_CMD_NOT_EXEC, "exec: \"%s\": permission denied", name);
    return err_set(e, ERR_CMD_NOT_FOUND, "exec: \"%s\": executable file not found in $PATH", name);
}

int command_find(struct setup *s, struct err *e)
{
    const char *name = s->process->args ? s->process->args[0] : NULL;
    const char *path = strv_env_get(s->envp, "PATH");

    if (str_empty(name))
        return err_set(e, ERR_CMD_NOT_FOUND, "exec: no command given");
    if (!strchr(name, '/'))
        return search(name, path ? path : DEFAULT_PATH, &s->command, e);
    int errnum = check(name);
    if (errnum != 0)
        return refuse(name, errnum, e);
    s->command = str_dup(name);
    return s->command ? 0 : err_nomem(e);
}

/* ---- environment ---- */

/* The home directory in one line of /etc/passwd when its uid is ours; in place. */
static char *home_in_line(char *line, uid_t uid)
{
    char *field[7];
    size_t n = 0;

    for (char *p = line; p && n < ARRAY_LEN(field);)
        field[n++] = strsep(&p, ":");
    if (n < 6 || !*field[2] || strtoul(field[2], NULL, 10) != uid || !*field[5])
        return NULL;
    return field[5];
}

#define PASSWD_MAX (1u << 20)

/* HOME as the image's passwd file has it, "/" where it says nothing. malloc'd "HOME=…". */
static char *find_home(int root, uid_t uid)
{
    AUTO_FD int fd = fs_open_in(root, "/etc/passwd", O_RDONLY | O_NONBLOCK, 0);
    AUTO_FREE char *text = NULL;
    struct err e;
    struct stat st;
    char *home = NULL;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        fs_read_fd(fd, "/etc/passwd", PASSWD_MAX, &text, NULL, &e) >= 0) {
        for (char *p = text; p && !home;)
            home = home_in_line(strsep(&p, "\n"), uid);
    }
    return str_fmt("HOME=%s", home ? home : "/");
}

/* A variable of the config, to be sorted by name and then by place. */
struct variable {
    char *text;
    size_t name; /* its length */
    size_t place;
};

static int by_name(const void *a, const void *b)
{
    const struct variable *x = a, *y = b;
    int r = memcmp(x->text, y->text, x->name < y->name ? x->name : y->name);

    if (r == 0 && x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return r != 0 ? r : x->place < y->place ? -1 : x->place > y->place;
}

/* As with runc and crun, the last of those with one name counts, at the place of the first; the
 * places of the others are NULL. */
static void keep_last(struct variable *v, size_t n, char **env)
{
    qsort(v, n, sizeof(*v), by_name);
    for (size_t i = 0, first = 0; i < n; i++) {
        if (v[i].name != v[first].name || memcmp(v[i].text, v[first].text, v[i].name) != 0)
            first = i;
        env[v[i].place] = NULL;
        env[v[first].place] = v[i].text;
    }
}

static size_t close_gaps(char **env, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (env[i])
            env[kept++] = env[i];
    env[kept] = NULL;
    return kept;
}

/* HOME is added where there is none, or an empty one (as runc). */
int command_env(struct setup *s, struct err *e)
{
    char *const *from = s->process->env;
    size_t n = strv_len(from);
    AUTO_FREE struct variable *v = calloc(n + 1, sizeof(*v));
    AUTO_FREE char **env = calloc(n + 2, sizeof(*env));

    if (!env || !v)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct variable){ from[i], strcspn(from[i], "="), i };
    keep_last(v, n, env);
    for (size_t i = 0; i < n; i++)
        if (env[i] && STREQ(env[i], "HOME="))
            env[i] = NULL;
    n = close_gaps(env, n);
    if (!strv_env_get(env, "HOME")) {
        env[n] = find_home(s->root, s->process->user.uid);
        if (!env[n])
            return err_nomem(e);
    }
    s->envp = TAKE_PTR(env);
    return 0;
}

int command_prepare(struct setup *s, struct err *e)
{
    char *const *args = s->process->args;
    size_t n = strv_len(args);

    s->argv = calloc(n + 3, sizeof(*s->argv));
    if (!s->argv)
        return err_nomem(e);
    s->argv[0] = str_fmt("%d", s->report);
    s->argv[1] = s->command;
    memcpy(s->argv + 2, args, n * sizeof(*args));
    return s->argv[0] ? 0 : err_nomem(e);
}

/* ---- the exec ---- */

int command_exec(struct setup *s, struct err *e)
{
    if (s->stub >= 0) {
        fcntl(s->report, F_SETFD, 0);
        execveat(s->stub, "", s->argv, s->envp, AT_EMPTY_PATH);
        int exec_errno = errno;
        fcntl(s->report, F_SETFD, FD_CLOEXEC);
        errno = exec_errno;
        if (errno != E2BIG) /* which is the command's own */
            return err_sys(e, "execveat", "the last program before the command");
    } else {
        execve(s->command, s->argv + 2, s->envp);
    }
    struct sync_msg m = { .kind = SYNC_ERRNO, .num = errno };
    return sync_error(&m, s->process->args[0], e);
}
