/* SPDX-License-Identifier: MIT */
/* systemd's manager over D-Bus (org.freedesktop.systemd1(5)), with libsystemd's sd-bus(3). */
#include "cgroup/cgroup_bus.h"

#include "base/log.h"
#include "base/str.h"

#include <dlfcn.h>
#include <stdio.h>
#include <systemd/sd-bus.h>

#define LIBRARY "libsystemd.so.0"

#define MANAGER    "org.freedesktop.systemd1"
#define OBJECT     "/org/freedesktop/systemd1"
#define INTERFACE  "org.freedesktop.systemd1.Manager"
#define TIMEOUT_US (30ull * 1000000)

/* The calls that are used, as pointers of the same names. */
#define CALLS(X)                                                                                   \
    X(open_system)                                                                                 \
    X(open_user)                                                                                   \
    X(flush_close_unref)                                                                           \
    X(call)                                                                                        \
    X(call_method)                                                                                 \
    X(get_property_string)                                                                         \
    X(match_signal)                                                                                \
    X(process)                                                                                     \
    X(wait)                                                                                        \
    X(slot_unref)                                                                                  \
    X(error_free)                                                                                  \
    X(error_has_name)                                                                              \
    X(message_new_method_call)                                                                     \
    X(message_append)                                                                              \
    X(message_append_basic)                                                                        \
    X(message_open_container)                                                                      \
    X(message_close_container)                                                                     \
    X(message_read)                                                                                \
    X(message_unref)

#define POINTER(name) __typeof__(sd_bus_##name) *name;
static struct {
    CALLS(POINTER)
    bool loaded;
} sd;

#define ROW(name) { &sd.name, "sd_bus_" #name },
static int load(struct err *e)
{
    static const struct {
        void *pointer;
        const char *symbol;
    } rows[] = { CALLS(ROW) };

    if (sd.loaded)
        return 0;
    void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!lib) {
        err_set(e, ERR_UNSUPPORTED, "load " LIBRARY ": %s", dlerror());
        return err_hint(e, "systemd manages cgroups only where its library is installed");
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        void *at = dlsym(lib, rows[i].symbol);
        if (!at)
            return err_set(e, ERR_UNSUPPORTED, LIBRARY " has no %s", rows[i].symbol);
        memcpy(rows[i].pointer, &at, sizeof(at));
    }
    sd.loaded = true;
    return 0;
}

/* `r` is sd-bus's: a negative errno; `error` says more, when the other side answered. */
static int failed(int r, sd_bus_error *error, const char *what, const char *on, struct err *e)
{
    if (error && error->message)
        err_set(e, ERR_SYS, "systemd: %s %s: %s", what, on, error->message);
    else
        err_errnum(e, -r, what, on);
    e->errnum = -r;
    sd.error_free(error);
    return -ERR_SYS;
}

/* What is missing, and the way around. */
static int no_bus(bool user, int errnum, struct err *e)
{
    bool no_address = errnum == ENOMEDIUM; /* neither variable is set */

    err_errnum(e, no_address ? ENOENT : errnum, "connect",
               user ? "the user's D-Bus" : "the system's D-Bus");
    e->kind = ERR_UNSUPPORTED;
    if (!user)
        return err_hint(e, "is systemd running, and dbus installed? Otherwise call with "
                           "--cgroup-manager=cgroupfs");
    return err_hint(e,
                    "%s: is there a systemd user session (loginctl enable-linger, "
                    "dbus-user-session)? Otherwise call with --cgroup-manager=cgroupfs",
                    no_address ? "XDG_RUNTIME_DIR is not set"
                               : "XDG_RUNTIME_DIR tells where it is");
}

int cgroup_bus_open(bool user, struct cgroup_bus *ret, struct err *e)
{
    int r = load(e);

    if (r < 0)
        return r;
    r = user ? sd.open_user(&ret->bus) : sd.open_system(&ret->bus);
    return r < 0 ? no_bus(user, -r, e) : 0;
}

void cgroup_bus_close(struct cgroup_bus *b)
{
    if (b->bus)
        sd.flush_close_unref(b->bus);
    b->bus = NULL;
}

static int read_property(struct cgroup_bus *b, const char *name, char **ret, struct err *e)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int r = sd.get_property_string(b->bus, MANAGER, OBJECT, INTERFACE, name, &error, ret);

    return r < 0 ? failed(r, &error, "read", name, e) : 0;
}

int cgroup_bus_root(struct cgroup_bus *b, char **ret, struct err *e)
{
    int r = read_property(b, "ControlGroup", ret, e);

    if (r >= 0 && STREQ(*ret, "/"))
        **ret = '\0';
    return r;
}

int cgroup_bus_version(struct cgroup_bus *b, char **ret, struct err *e)
{
    return read_property(b, "Version", ret, e);
}

/* ---- jobs ---- */

struct job {
    const char *path;
    char result[32];
};

static int on_removed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
    struct job *job = userdata;
    const char *path, *unit, *result;
    uint32_t id;

    if (sd.message_read(m, "uoss", &id, &path, &unit, &result) >= 0 && job->path &&
        STREQ(path, job->path))
        snprintf(job->result, sizeof(job->result), "%s", result);
    return 0;
}

/* Sends `m`, whose answer is a job, and waits until the job is over. */
static int run_job(struct cgroup_bus *b, sd_bus_message *m, const char *what, const char *unit,
                   sd_bus_error *error, struct err *e)
{
    sd_bus_message *reply = NULL;
    sd_bus_slot *slot = NULL;
    struct job job = { 0 };
    int r =
        sd.match_signal(b->bus, &slot, MANAGER, OBJECT, INTERFACE, "JobRemoved", on_removed, &job);

    if (r >= 0)
        r = sd.call(b->bus, m, TIMEOUT_US, error, &reply);
    if (r >= 0)
        r = sd.message_read(reply, "o", &job.path);
    while (r >= 0 && !job.result[0]) {
        r = sd.process(b->bus, NULL);
        if (r == 0)
            r = sd.wait(b->bus, TIMEOUT_US) == 0 ? -ETIMEDOUT : 0;
    }
    if (r >= 0 && !STREQ(job.result, "done"))
        r = err_set(e, ERR_SYS, "systemd: %s %s: the job ended as \"%s\"", what, unit, job.result);
    else if (r < 0 && !error->name)
        r = failed(r, NULL, what, unit, e);
    else if (r < 0)
        r = -ERR_SYS; /* the caller looks at *error */
    sd.slot_unref(slot);
    sd.message_unref(reply);
    return r;
}

/* ---- properties ---- */

static int append_value(sd_bus_message *m, const struct cgroup_variant *v)
{
    const char *inner = v->type + 1;
    char kind = v->type[0];
    AUTO_FREE char *within = NULL;

    if (!str_has("a({v", kind))
        return sd.message_append_basic(m, kind, v->text ? (const void *)v->text : &v->v);
    if (kind == 'v')
        inner = v->items[0].type;
    within = str_fmt("%.*s", (int)strlen(inner) - (kind == '(' || kind == '{'), inner);
    if (!within)
        return -ENOMEM;
    int r = sd.message_open_container(m, kind == '(' ? 'r' : kind == '{' ? 'e' : kind, within);
    for (size_t i = 0; r >= 0 && i < v->n_items; i++)
        r = append_value(m, &v->items[i]);
    return r < 0 ? r : sd.message_close_container(m);
}

static int append_property(sd_bus_message *m, const struct cgroup_property *p)
{
    int r = sd.message_open_container(m, 'r', "sv");

    if (r >= 0)
        r = sd.message_append_basic(m, 's', p->name);
    if (r >= 0)
        r = sd.message_open_container(m, 'v', p->value.type);
    if (r >= 0)
        r = append_value(m, &p->value);
    if (r >= 0)
        r = sd.message_close_container(m);
    return r < 0 ? r : sd.message_close_container(m);
}

static int append_properties(sd_bus_message *m, const struct cgroup_properties *p)
{
    int r = sd.message_open_container(m, 'a', "(sv)");

    for (size_t i = 0; r >= 0 && i < p->n; i++)
        r = append_property(m, &p->v[i]);
    return r < 0 ? r : sd.message_close_container(m);
}

/* An older systemd lacks some properties, and names the first of them. Without it, it may work:
 * true. */
static bool drop_unknown(struct cgroup_properties *p, const struct err *e)
{
    for (size_t i = 0; strstr(e->msg, "unknown property") && i < p->n; i++) {
        AUTO_FREE char *said = str_fmt(" %s,", p->v[i].name);
        if (!said || !p->v[i].dispensable || !strstr(e->msg, said))
            continue;
        log_debug("%s", e->msg);
        cgroup_property_drop(p, i);
        return true;
    }
    return false;
}

/* ---- units ---- */

static int start(struct cgroup_bus *b, const char *unit, const struct cgroup_properties *p,
                 struct err *e)
{
    static const char exists[] = "org.freedesktop.systemd1.UnitExists";
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message *m = NULL;
    int r =
        sd.message_new_method_call(b->bus, &m, MANAGER, OBJECT, INTERFACE, "StartTransientUnit");

    if (r >= 0)
        r = sd.message_append(m, "ss", unit, "fail");
    if (r >= 0)
        r = append_properties(m, p);
    if (r >= 0)
        r = sd.message_append(m, "a(sa(sv))", 0);
    r = r < 0 ? failed(r, NULL, "start", unit, e) : run_job(b, m, "start", unit, &error, e);
    if (r < 0 && sd.error_has_name(&error, exists))
        r = err_set(e, ERR_EXISTS, "systemd has a unit %s already", unit);
    else if (r < 0 && error.name)
        r = failed(r, &error, "start", unit, e);
    sd.error_free(&error);
    sd.message_unref(m);
    return r;
}

static void reset_failed(struct cgroup_bus *b, const char *unit)
{
    sd_bus_error ignored = SD_BUS_ERROR_NULL;

    sd.call_method(b->bus, MANAGER, OBJECT, INTERFACE, "ResetFailedUnit", &ignored, NULL, "s",
                   unit);
    sd.error_free(&ignored);
}

int cgroup_bus_start(struct cgroup_bus *b, const char *unit, struct cgroup_properties *p,
                     struct err *e)
{
    bool reset = false;

    for (;;) {
        int r = start(b, unit, p, e);
        if (r == -ERR_EXISTS && !reset)
            reset_failed(b, unit);
        else if (r >= 0 || !drop_unknown(p, e))
            return r;
        reset = reset || r == -ERR_EXISTS;
        err_clear(e);
    }
}

/* A call without an answer worth reading. */
static int call(struct cgroup_bus *b, sd_bus_message *m, const char *what, const char *unit,
                struct err *e)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int r = sd.call(b->bus, m, TIMEOUT_US, &error, NULL);

    return r < 0 ? failed(r, &error, what, unit, e) : 0;
}

static int set(struct cgroup_bus *b, const char *unit, const struct cgroup_properties *p,
               struct err *e)
{
    sd_bus_message *m = NULL;
    int r = sd.message_new_method_call(b->bus, &m, MANAGER, OBJECT, INTERFACE, "SetUnitProperties");

    if (r >= 0)
        r = sd.message_append(m, "sb", unit, 1);
    if (r >= 0)
        r = append_properties(m, p);
    r = r < 0 ? failed(r, NULL, "set properties of", unit, e)
              : call(b, m, "set properties of", unit, e);
    sd.message_unref(m);
    return r;
}

int cgroup_bus_set(struct cgroup_bus *b, const char *unit, struct cgroup_properties *p,
                   struct err *e)
{
    int r = set(b, unit, p, e);

    while (r < 0 && drop_unknown(p, e)) {
        err_clear(e);
        r = set(b, unit, p, e);
    }
    return r;
}

int cgroup_bus_attach(struct cgroup_bus *b, const char *unit, const char *below, pid_t pid,
                      struct err *e)
{
    sd_bus_message *m = NULL;
    int r =
        sd.message_new_method_call(b->bus, &m, MANAGER, OBJECT, INTERFACE, "AttachProcessesToUnit");

    if (r >= 0)
        r = sd.message_append(m, "ssau", unit, below, 1, (uint32_t)pid);
    r = r < 0 ? failed(r, NULL, "move a process into", unit, e)
              : call(b, m, "move a process into", unit, e);
    sd.message_unref(m);
    return r;
}

int cgroup_bus_stop(struct cgroup_bus *b, const char *unit, struct err *e)
{
    static const char gone[] = "org.freedesktop.systemd1.NoSuchUnit";
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message *m = NULL;
    int r = sd.message_new_method_call(b->bus, &m, MANAGER, OBJECT, INTERFACE, "StopUnit");

    if (r >= 0)
        r = sd.message_append(m, "ss", unit, "replace");
    r = r < 0 ? failed(r, NULL, "stop", unit, e) : run_job(b, m, "stop", unit, &error, e);
    if (r < 0 && sd.error_has_name(&error, gone))
        r = 0;
    else if (r < 0 && error.name)
        r = failed(r, &error, "stop", unit, e);
    sd.error_free(&error);
    sd.message_unref(m);
    if (r >= 0)
        reset_failed(b, unit);
    return r;
}
