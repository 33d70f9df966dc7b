/* SPDX-License-Identifier: MIT */
/* From a plan to a container's directory. */
#include "engine/create.h"

#include "base/commit.h"
#include "base/str.h"
#include "engine/names.h"
#include "engine/teardown.h"
#include "image/overlay.h"

#define NAME_TRIES 8

static int claim_name(const struct paths *p, struct plan *plan, struct err *e)
{
    char name[ID_NAME_MAX];
    int r = names_claim(p, plan->record.name, plan->id, e);

    for (unsigned tries = 1; r == -ERR_EXISTS && !plan->named && tries < NAME_TRIES; tries++) {
        r = id_random_name(tries, name, e);
        if (r >= 0 && str_set(&plan->record.name, name) < 0)
            r = err_nomem(e);
        if (r >= 0)
            r = names_claim(p, name, plan->id, e);
    }
    return r;
}

/* The root directory of the container is its upper directory: it starts as the image's. */
static int make_upper(const struct paths *p, const struct plan *plan, const struct container *c,
                      struct err *e)
{
    const struct store store = paths_store(p);

    return overlay_make(&store, plan->record.layers, c->dir_fd, e);
}

static int write_files(const struct paths *p, struct plan *plan, struct container *c, struct err *e)
{
    int r = make_upper(p, plan, c, e);
    if (r >= 0)
        r = container_save_config(c, &plan->config, e);
    if (r >= 0)
        r = container_save_record(c, e);
    return r;
}

int create_container(const struct paths *p, struct plan *plan, struct container *ret, int *ret_lock,
                     struct err *e)
{
    struct container c = CONTAINER_INIT;
    AUTO_FD int lock = -1;

    int r = container_make(p, plan->id, &c, &lock, e);
    if (r < 0)
        return r;
    c.run_fd = ret->run_fd; /* a monitor has made it already */
    c.transient = c.run_fd >= 0 && plan->record.auto_remove;
    c.status = ret->status;
    r = claim_name(p, plan, e);
    if (r >= 0)
        r = json_copy(&record_table, &c.record, &plan->record, e);
    if (r >= 0)
        r = write_files(p, plan, &c, e);
    if (r < 0) {
        struct err ignored;
        teardown_remove(p, &c, &ignored);
        c.run_fd = -1;
        c.status = (struct status){ 0 };
        container_close(&c);
        return r;
    }
    mem_close(&ret->dir_fd);
    *ret = c;
    *ret_lock = TAKE_FD(lock);
    return 0;
}
