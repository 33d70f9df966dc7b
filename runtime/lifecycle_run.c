/* SPDX-License-Identifier: MIT */
/* hako-oci's run: a container stays open from its create to its delete. */
#include "base/lock.h"
#include "base/mem.h"
#include "runtime/lifecycle.h"
#include "runtime/lifecycle_open.h"

#include <sys/stat.h>

static int create_and_start(const char *root, const struct lifecycle_create *args,
                            struct lifecycle_ctr *c, struct launch_proc *p, int *ret_notify,
                            struct err *e)
{
    struct lifecycle_create want = *args;

    want.stays = true;
    int r = lifecycle_create_open(root, &want, c, p, e);

    if (r < 0)
        return r;
    r = lock_take(c->dir, STATEFILE_LOCK, true, &c->lock, e);
    if (r >= 0)
        r = lifecycle_release(c, p, ret_notify, e);
    if (r < 0)
        launch_abort(p);
    return r;
}

int lifecycle_run(const char *root, const struct lifecycle_create *args, struct lifecycle_ctr **ret,
                  struct launch_proc *ret_proc, int *ret_notify, struct err *e)
{
    struct lifecycle_ctr *c = malloc(sizeof(*c));

    if (!c)
        return err_nomem(e);
    *c = (struct lifecycle_ctr)LIFECYCLE_CTR_INIT;
    int r = create_and_start(root, args, c, ret_proc, ret_notify, e);
    if (r < 0)
        lifecycle_run_end(c, c->sf.state.pid > 0);
    else
        *ret = c;
    return r;
}

/* Somebody else may have deleted it meanwhile, and may have made another of its name. */
static bool is_there(struct lifecycle_ctr *c)
{
    struct err ignored = ERR_INIT;
    struct stat st;

    return lock_take(c->dir, STATEFILE_LOCK, true, &c->lock, &ignored) >= 0 &&
           fstat(c->dir, &st) == 0 && st.st_nlink > 0;
}

void lifecycle_run_end(struct lifecycle_ctr *c, bool remove)
{
    struct err ignored = ERR_INIT;

    if (c && remove && is_there(c) && lifecycle_kill_wait(c, &ignored) >= 0)
        lifecycle_remove(c, c->sf.state.id, &ignored);
    if (c)
        lifecycle_close(c);
    free(c);
}
