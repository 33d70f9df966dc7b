/* SPDX-License-Identifier: MIT */
/* What the kernel's log says about a kill: mm/oom_kill.c's line in /dev/kmsg. */
#include "base/str.h"
#include "cgroup/cgroup_oom.h"

#include <fcntl.h>
#include <stdio.h>

#define RECORD_MAX 8192 /* a shorter buffer is EINVAL (Documentation/ABI/testing/dev-kmsg) */

static const struct {
    const char *name;
    enum oom_cause cause;
} constraints[] = {
    { "CONSTRAINT_NONE", OOM_HOST },
    { "CONSTRAINT_MEMCG", OOM_LIMIT },
    { "CONSTRAINT_CPUSET", OOM_CPUSET },
    { "CONSTRAINT_MEMORY_POLICY", OOM_POLICY },
};

void cgroup_oom_line_free(struct cgroup_oom_line *l)
{
    free(l->cgroup);
    free(l->task);
    free(l->victim);
    *l = (struct cgroup_oom_line){ 0 };
}

/* The last place of `word` before `end`. */
static char *last_of(char *text, char *end, const char *word)
{
    size_t len = strlen(word);

    for (char *at = end - len; at >= text; at--)
        if (strncmp(at, word, len) == 0)
            return at;
    return NULL;
}

/* Cuts the text before `key`'s last place, and returns what stands behind the key. */
static char *cut(char *text, const char *key)
{
    char *at = last_of(text, text + strlen(text), key);

    if (!at)
        return NULL;
    *at = '\0';
    return at + strlen(key);
}

static enum oom_cause cause_of(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(constraints); i++) {
        const char *rest = str_after(text, constraints[i].name);
        if (rest && *rest == ',')
            return constraints[i].cause;
    }
    return OOM_UNSET;
}

/*
 * oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=C,mems_allowed=0,oom_memcg=/a,
 * task_memcg=/a/b,task=name,pid=7,uid=0 — where no limit was hit "global_oom" in oom_memcg's place.
 * From the end, because names may hold commas; old kernels have the groups, too.
 */
bool cgroup_oom_line_parse(char *text, struct cgroup_oom_line *ret)
{
    CLEANUP(cgroup_oom_line) struct cgroup_oom_line l = { 0 };
    char *start = (char *)str_after(text, "oom-kill:constraint=");

    if (!start || !cut(start, ",uid="))
        return false;
    const char *pid = cut(start, ",pid=");
    const char *victim = pid ? cut(start, ",task=") : NULL;
    const char *task = victim ? cut(start, ",task_memcg=") : NULL;
    const char *cgroup = task ? cut(start, ",oom_memcg=") : NULL;
    l.cause = cause_of(start);
    if (!task || l.cause == OOM_UNSET || (l.cause == OOM_LIMIT && !cgroup))
        return false;
    l.cgroup = str_dup(cgroup);
    l.task = str_dup(task);
    l.victim = str_dup(victim);
    l.pid = (int32_t)strtol(pid, NULL, 10);
    if (!l.task || !l.victim || (cgroup && !l.cgroup))
        return false;
    *ret = l;
    l = (struct cgroup_oom_line){ 0 };
    return true;
}

/* Is the group at `path`, or one above it when the path does not start at the machine's root, on
 * the way to the task's? */
static bool is_in(const char *task, const char *path, bool whole)
{
    const char *at = strstr(task, path);
    size_t len = strlen(path);

    return at && (at[len] == '/' || at[len] == '\0') && (!whole || at == task);
}

/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,…];TEXT" and lines with more that nobody needs here. */
static char *split_record(char *record, uint64_t *ret_us)
{
    char *text = strchr(record, ';');
    char *at = record;

    if (!text)
        return NULL;
    *text++ = '\0';
    text[strcspn(text, "\n")] = '\0';
    for (int i = 0; at && i < 2; i++)
        at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL;
    *ret_us = at ? strtoull(at, NULL, 10) : 0;
    return text;
}

bool cgroup_oom_line_find(const char *path, bool whole, uint64_t *since_us,
                          struct cgroup_oom_line *ret)
{
    AUTO_FD int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    AUTO_FREE char *record = malloc(RECORD_MAX);
    bool found = false;
    ssize_t n;

    while (fd >= 0 && record) {
        struct cgroup_oom_line l = { 0 };
        uint64_t us = 0;
        n = read(fd, record, RECORD_MAX - 1);
        if (n < 0 && (errno == EPIPE || errno == EINTR)) /* EPIPE: the oldest have just gone */
            continue;
        if (n <= 0)
            break;
        record[n] = '\0';
        char *text = split_record(record, &us);
        if (!text || us <= *since_us || !cgroup_oom_line_parse(text, &l))
            continue;
        if (is_in(l.task, path, whole)) {
            cgroup_oom_line_free(ret);
            *ret = l;
            *since_us = us;
            found = true;
        } else {
            cgroup_oom_line_free(&l);
        }
    }
    return found;
}
