/* SPDX-License-Identifier: MIT */
/* Makes the plan: resolves the image, then each part in turn. */
#include "engine/plan.h"

#include "base/log.h"
#include "base/str.h"
#include "engine/platform.h"
#include "image/store.h"
#include "oci/valid.h"
#include "runtime/defaults.h"

#include <limits.h>
#include <time.h>
#include <unistd.h>

/* Who shares the host's UTS namespace or its network has the host's name, as docker does it. */
static bool wants_host_name(const struct run_args *args)
{
    return (args->uts && STREQ(args->uts, "host")) ||
           (str_empty(args->hostname) && strv_has(args->networks, "host"));
}

static char *hostname_of(const struct plan *plan, const struct run_args *args)
{
    char host[HOST_NAME_MAX + 1] = "";

    if (!str_empty(args->hostname))
        return str_dup(args->hostname);
    if (wants_host_name(args) && gethostname(host, sizeof(host) - 1) == 0 && *host)
        return str_dup(host);
    return str_fmt("%.12s", plan->id);
}

static int fill_identity(struct plan *plan, const struct run_args *args,
                         const struct store_image *img, struct err *e)
{
    struct record *rec = &plan->record;
    struct timespec now;
    char name[ID_NAME_MAX];

    const char *wanted = str_empty(args->name) ? NULL : args->name + (*args->name == '/');
    int r = wanted ? id_check_name(wanted, e) : id_random_name(0, name, e);
    if (r < 0)
        return r;
    if (!str_empty(args->hostname) && args->uts && STREQ(args->uts, "host"))
        return err_set(e, ERR_INVALID, "conflicting options: hostname and the UTS mode");
    plan->named = wanted != NULL;
    rec->name = str_dup(wanted ? wanted : name);
    rec->id = str_dup(plan->id);
    rec->image = str_dup(args->image);
    rec->image_id = str_dup(img->id);
    rec->layers = strv_dup(img->layers);
    rec->hostname = hostname_of(plan, args);
    rec->domainname = str_dup(args->domainname);
    rec->detach_keys = str_dup(args->detach_keys);
    rec->cid_file = str_dup(args->cidfile);
    if (!rec->name || !rec->id || !rec->image || !rec->image_id || !rec->layers || !rec->hostname)
        return err_nomem(e);
    clock_gettime(CLOCK_REALTIME, &now);
    rec->created = now.tv_sec * 1000000000LL + now.tv_nsec;
    return 0;
}

static int fill_flags(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct record *rec = &plan->record;

    rec->auto_remove = args->rm;
    rec->tty = args->tty;
    rec->open_stdin = args->interactive;
    rec->stdin_once = args->interactive && !args->detach;
    rec->attach_stdin = args->interactive && !args->detach;
    rec->attach_stdout = rec->attach_stderr = !args->detach;
    rec->init = args->init;
    rec->privileged = args->privileged;
    rec->read_only = args->read_only;
    if (str_set(&rec->log.driver, "cri") < 0)
        return err_nomem(e);
    return 0;
}

static int fill_root(struct plan *plan, const struct run_args *args, struct err *e)
{
    struct config *c = &plan->config;

    int r = defaults_config(c, e);
    if (r < 0)
        return r;
    c->root->readonly = args->read_only;
    if (str_set(&c->hostname, plan->record.hostname) < 0 ||
        str_set(&c->domainname, plan->record.domainname) < 0)
        return err_nomem(e);
    return 0;
}

static int fill(const struct paths *p, const struct run_args *args, const struct store_image *img,
                struct plan *plan, struct err *e)
{
    int r = id_new(plan->id, e);
    if (r >= 0)
        r = fill_identity(plan, args, img, e);
    if (r >= 0)
        r = fill_flags(plan, args, e);
    if (r >= 0)
        r = fill_root(plan, args, e);
    if (r >= 0)
        r = plan_network(p, plan, args, &img->config->config, e);
    if (r >= 0)
        r = plan_process(plan, args, &img->config->config, e);
    if (r >= 0)
        r = plan_namespaces(p, plan, args, e);
    if (r >= 0)
        r = plan_mounts(p, plan, args, &img->config->config, e);
    if (r >= 0)
        r = plan_security(plan, args, e);
    if (r >= 0)
        r = plan_limits(plan, args, e);
    if (r >= 0)
        r = plan_cgroup(plan, args, e);
    /* Among its rules: no sysctl of the whole machine. */
    return r < 0 ? r : valid_config(&plan->config, VALID_PROCESS, e);
}

/* An image of another processor may run, emulated, unless this machine's was asked for (which is
 * all that --platform may ask for). */
static int check_platform(const struct run_args *args, const struct image_config *c, struct err *e)
{
    struct utsname u;

    uname(&u);
    const char *arch = platform_arch(&u);
    if (str_empty(c->architecture) || STREQ(arch, c->architecture))
        return 0;
    if (!str_empty(args->platform))
        return err_set(e, ERR_NOT_FOUND,
                       "image %s is for platform linux/%s and does not provide %s", args->image,
                       c->architecture, args->platform);
    log_warn("the image's platform (linux/%s) does not match this machine's (linux/%s)",
             c->architecture, arch);
    return 0;
}

int plan_make(const struct paths *p, const struct run_args *args, struct plan *ret, struct err *e)
{
    CLEANUP(plan) struct plan plan = { 0 };
    const struct store store = paths_store(p);
    CLEANUP(store_image) struct store_image *img = NULL;

    int r = store_find(&store, args->image, &img, e);
    if (r >= 0)
        r = check_platform(args, img->config, e);
    if (r >= 0)
        r = fill(p, args, img, &plan, e);
    if (r < 0)
        return r;
    *ret = plan;
    plan = (struct plan){ 0 };
    return 0;
}

void plan_free(struct plan *plan)
{
    record_free(&plan->record);
    config_free(&plan->config);
}
