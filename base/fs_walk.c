/* SPDX-License-Identifier: MIT */
/* In-root opening for kernels without openat2(2): one component at a time, each by descriptor. */
#include "base/fs_walk.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>

#define LINKS_MAX     40
#define TRIES_MAX     64
#define PROC_ROOT_INO 1

/* The directories on the way down stay open: ".." goes back to the one that was come from, so that
 * nobody who moves directories meanwhile can move the walk out of the root. */
struct walk {
    int root;
    int *dirs;
    size_t n;
    char *text; /* what the path has become by symlinks */
    char *at;   /* what is left of it */
    int links;
    uint64_t flags;
    mode_t mode;
};

static int top(const struct walk *w)
{
    return w->n ? w->dirs[w->n - 1] : w->root;
}

static void pop(struct walk *w)
{
    if (w->n)
        mem_close(&w->dirs[--w->n]);
}

static void pop_all(struct walk *w)
{
    while (w->n)
        pop(w);
}

static int push(struct walk *w, int fd)
{
    int *more = realloc(w->dirs, (w->n + 1) * sizeof(*more));

    if (!more)
        return -1;
    w->dirs = more;
    w->dirs[w->n++] = fd;
    return 0;
}

static int fail(int errnum)
{
    errno = errnum;
    return -1;
}

/* Magic links live in the directories of procfs; those in its root (self, mounts, net) are texts.
 */
static bool is_magic(const struct walk *w, int link)
{
    struct stat st;

    return fs_is_type(link, PROC_SUPER_MAGIC) &&
           (fstat(top(w), &st) < 0 || st.st_ino != PROC_ROOT_INO);
}

/* Puts the link's text before what is left. */
static int follow(struct walk *w, int link)
{
    char target[PATH_MAX];

    if ((w->flags & FS_NO_LINKS) || is_magic(w, link) || ++w->links > LINKS_MAX)
        return fail(ELOOP);
    ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);
    if (n <= 0)
        return n < 0 ? -1 : fail(ENOENT);
    target[n] = '\0';
    char *text = str_fmt("%s%s", target, w->at);
    if (!text)
        return -1;
    free(w->text);
    w->text = w->at = text;
    if (*target == '/')
        pop_all(w);
    return 0;
}

/* The walk has looked at the name already: a symlink that is there now was put there since. */
static int open_last(const struct walk *w, const char *name)
{
    int fd = openat(top(w), name, (int)(w->flags & ~FS_NO_LINKS) | O_NOFOLLOW | O_CLOEXEC, w->mode);

    return fd < 0 && errno == ELOOP ? fail(EAGAIN) : fd;
}

/* The last component, which is there. Takes the descriptor. */
static int finish(const struct walk *w, int fd, const char *name, mode_t type, bool slash)
{
    AUTO_FD int last = fd;

    if ((slash || (w->flags & O_DIRECTORY)) && !S_ISDIR(type))
        return fail(ENOTDIR);
    return w->flags & O_PATH ? TAKE_FD(last) : open_last(w, name);
}

enum { GO_ON = -2 };

/* One component; w->at is behind it. GO_ON, or the result. */
static int step(struct walk *w, const char *name, bool slash, bool last)
{
    struct stat st;
    bool create = last && (w->flags & O_CREAT);
    AUTO_FD int fd = openat(top(w), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (create && slash)
        return fail(EISDIR);
    if (fd < 0 && errno == ENOENT && create)
        return open_last(w, name);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -1;
    if (S_ISLNK(st.st_mode)) {
        if (create && (w->flags & O_EXCL))
            return fail(EEXIST);
        if (last && !slash && (w->flags & O_NOFOLLOW))
            return w->flags & O_PATH && !(w->flags & O_DIRECTORY) ? TAKE_FD(fd)
                   : w->flags & O_DIRECTORY                       ? fail(ENOTDIR)
                                                                  : fail(ELOOP);
        return follow(w, fd) < 0 ? -1 : GO_ON;
    }
    if (last)
        return finish(w, TAKE_FD(fd), name, st.st_mode, slash);
    if (!S_ISDIR(st.st_mode))
        return fail(ENOTDIR);
    if (push(w, fd) < 0)
        return -1;
    fd = -1;
    return GO_ON;
}

static int walk(struct walk *w)
{
    for (;;) {
        w->at += strspn(w->at, "/");
        size_t len = strcspn(w->at, "/");
        if (len == 0)
            return open_last(w, ".");
        char name[NAME_MAX + 1];
        if (len > NAME_MAX)
            return fail(ENAMETOOLONG);
        memcpy(name, w->at, len);
        name[len] = '\0';
        w->at += len;
        bool last = w->at[strspn(w->at, "/")] == '\0';
        if (STREQ(name, ".."))
            pop(w);
        if (STREQ(name, ".") || STREQ(name, ".."))
            continue;
        int r = step(w, name, *w->at == '/', last);
        if (r != GO_ON)
            return r;
    }
}

int fs_walk_in(int root, const char *path, uint64_t flags, mode_t mode)
{
    int fd = -1;

    if (!*path)
        return fail(ENOENT);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        struct walk w = { .root = root, .flags = flags, .mode = mode };
        w.text = w.at = strdup(path);
        fd = w.text ? walk(&w) : -1;
        int errnum = errno;
        pop_all(&w);
        free(w.dirs);
        free(w.text);
        errno = errnum;
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    return fd;
}
