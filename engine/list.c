/* SPDX-License-Identifier: MIT */
/* Reads all containers, healing those that need it. */
#include "engine/list.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "base/str.h"
#include "engine/freeze.h"
#include "engine/heal.h"

#include <stdlib.h>
#include <time.h>

static int by_age(const void *a, const void *b)
{
    const struct container_info *x = a;
    const struct container_info *y = b;

    return (x->record.created < y->record.created) - (x->record.created > y->record.created);
}

/* Moves the container's documents into the list; what it owned besides is closed. */
static int take(struct container_list *l, struct container *c, struct err *e)
{
    struct container_info *grown = realloc(l->items, (l->count + 1) * sizeof(*grown));

    if (!grown)
        return err_nomem(e);
    l->items = grown;
    grown[l->count++] = (struct container_info){ .record = c->record, .status = c->status };
    c->record = (struct record){ 0 };
    c->status = (struct status){ 0 };
    return 0;
}

static int add(const struct paths *p, const char *id, bool all, struct cgroup_tree *tree,
               struct container_list *l, struct err *e)
{
    CLEANUP(container) struct container c = CONTAINER_INIT;

    int r = heal_open_id(p, id, &c, e);
    if (r == -ERR_NOT_FOUND)
        return 0;
    if (r < 0) {
        log_warn("%s", e->msg);
        return 0;
    }
    freeze_look(&c, tree);
    return all || container_running(&c) ? take(l, &c, e) : 0;
}

int list_containers(const struct paths *p, bool all, struct container_list *ret, struct err *e)
{
    AUTO_CGROUP_TREE struct cgroup_tree tree = CGROUP_TREE_INIT;
    AUTO_STRV char **ids = NULL;
    struct container_list l = { 0 };

    int r = heal_garbage(p, e);
    if (r >= 0)
        r = fs_list(p->root_fd, "containers", &ids, e);
    strv_foreach (it, ids)
        if (r >= 0 && id_is_whole(*it))
            r = add(p, *it, all, &tree, &l, e);
    if (r < 0) {
        list_free(&l);
        return r;
    }
    if (l.count > 1)
        qsort(l.items, l.count, sizeof(*l.items), by_age);
    *ret = l;
    return 0;
}

void list_free(struct container_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        record_free(&l->items[i].record);
        status_free(&l->items[i].status);
    }
    free(l->items);
    *l = (struct container_list){ 0 };
}

const char *list_status_text(const struct container_info *c, char *buf, size_t len)
{
    const struct status *s = &c->status;
    struct timespec now;
    char age[32];
    int64_t at = s->state == RECORD_STOPPED ? s->finished : s->started;

    clock_gettime(CLOCK_REALTIME, &now);
    num_age_text(now.tv_sec - at / 1000000000, age, sizeof(age));
    const char *oom = s->oom_killed ? " (OOM)" : "";
    switch (s->state) {
    case RECORD_RUNNING: snprintf(buf, len, "Up %s%s", age, oom); break;
    case RECORD_PAUSED: snprintf(buf, len, "Up %s (Paused)%s", age, oom); break;
    case RECORD_STOPPED: snprintf(buf, len, "Exited (%d) %s ago%s", s->exit_code, age, oom); break;
    case RECORD_CREATED:
    case RECORD_UNSET: snprintf(buf, len, "Created"); break;
    }
    return buf;
}
