/* SPDX-License-Identifier: MIT */
/* Remembers what a group's files held, to write it back when a later step fails. */
#include "base/fs.h"
#include "base/str.h"
#include "cgroup/cgroup_limit.h"

/* Files with a line for each key ("8:0 rbps=… wbps=…"), of which a write changes one; and what a
 * key that has no line stands for. "default" is the key of a write without one. */
static const struct {
    const char *file;
    const char *unset;
} keyed[] = {
    { "io.max", "rbps=max wbps=max riops=max wiops=max" },
    { "io.latency", "target=0" },
    { "io.weight", "default" },
    { "io.bfq.weight", "default" },
    { "rdma.max", "hca_handle=max hca_object=max" },
    { "misc.max", "max" },
};

void cgroup_undo_free(struct cgroup_undo *u)
{
    for (size_t i = 0; i < u->n; i++) {
        free(u->v[i].file);
        free(u->v[i].text);
        free(u->v[i].or_else);
    }
    free(u->v);
    *u = (struct cgroup_undo){ 0 };
}

/* A cpuset that has processes takes no empty list (ENOSPC), though it may have had one: then what
 * it came to. malloc'd or NULL. */
static char *effective(int dirfd, const char *file, const char *text)
{
    AUTO_FREE char *name = str_fmt("%s.effective", file);
    char list[4096];

    if (!str_starts(file, "cpuset.") || text[strspn(text, "\n")] || !name ||
        fs_read_small(dirfd, name, list, sizeof(list)) < 0)
        return NULL;
    return str_dup(list);
}

static int add(struct cgroup_undo *u, int dirfd, const char *file, char *text, struct err *e)
{
    struct cgroup_undo_step *more = reallocarray(u->v, u->n + 1, sizeof(*more));
    char *name = str_dup(file);

    if (more)
        u->v = more;
    if (!more || !name || !text) {
        free(name);
        free(text);
        return err_nomem(e);
    }
    u->v[u->n++] = (struct cgroup_undo_step){ .file = name,
                                              .text = text,
                                              .or_else = effective(dirfd, file, text) };
    return 0;
}

/* The line of the text that starts with the key, or "KEY UNSET". malloc'd. */
static char *line_of(char *text, const char *key, size_t len, const char *unset)
{
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
        if (strncmp(line, key, len) == 0 && line[len] == ' ')
            return str_dup(line);
    return str_fmt("%.*s %s", (int)len, key, unset);
}

int cgroup_undo_note(struct cgroup_undo *u, int dirfd, const char *file, const char *value,
                     struct err *e)
{
    AUTO_FREE char *text = NULL;
    struct err ignored = ERR_INIT;
    size_t len = strcspn(value, " ");

    /* What becomes idle forgets its weight, which can be given back when it is idle no more. */
    if (STREQ(file, "cpu.idle")) {
        int r = cgroup_undo_note(u, dirfd, "cpu.weight", "", e);
        if (r < 0)
            return r;
    }
    /* Triggers last as long as their descriptor: nothing to go back to. */
    if (str_ends(file, ".pressure") || fs_read(dirfd, file, 1 << 20, &text, NULL, &ignored) < 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(keyed); i++)
        if (STREQ(keyed[i].file, file)) {
            bool has_key = value[len] == ' ';
            return add(u, dirfd, file,
                       line_of(text, has_key ? value : "default", has_key ? len : strlen("default"),
                               keyed[i].unset),
                       e);
        }
    return add(u, dirfd, file, TAKE_PTR(text), e);
}

void cgroup_undo_run(const struct cgroup_undo *u, int dirfd)
{
    /* An empty write would not reach the kernel: "\n" empties a list. */
    for (size_t i = u->n; i-- > 0;) {
        const struct cgroup_undo_step *s = &u->v[i];
        if (fs_put(dirfd, s->file, s->text[0] ? s->text : "\n") < 0 && s->or_else)
            fs_put(dirfd, s->file, s->or_else);
    }
}
