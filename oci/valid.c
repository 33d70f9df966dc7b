/* SPDX-License-Identifier: MIT */
/* Cross-field rules: how they are run, and those of process, root and mounts. */
#include "oci/valid.h"

#include "base/str.h"
#include "oci/annotation.h"
#include "oci/valid_rule.h"

#include <ctype.h>

/* ---- the document ---- */

/* SemVer, and a major version that is understood (config.md, "Specification version"). */
static bool bad_version(const struct config *c, struct valid_found *ret)
{
    const char *p = c->oci_version;

    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(p, "0123456789");

        if (digits == 0 || (part < 2 && p[digits] != '.'))
            return true;
        p += digits + (part < 2);
    }
    if (*p && *p != '-' && *p != '+')
        return true;
    if (str_starts(c->oci_version, "1."))
        return false;
    ret->why = "this version is not supported";
    return true;
}

static bool no_root(const struct config *c, struct valid_found *ret)
{
    return !c->root;
}

static bool is_bind(const struct config_mount *m)
{
    return strv_has(m->options, "bind") || strv_has(m->options, "rbind") ||
           (m->type && STREQ(m->type, "bind"));
}

static bool bind_without_source(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->n_mounts; i++) {
        ret->index = i;
        if (is_bind(&c->mounts[i]) && str_empty(c->mounts[i].source))
            return true;
    }
    return false;
}

static bool has_idmap_option(const struct config_mount *m)
{
    strv_foreach (it, m->options)
        if (STREQ(*it, "idmap") || STREQ(*it, "ridmap") || str_starts(*it, "idmap=") ||
            str_starts(*it, "ridmap="))
            return true;
    return false;
}

/* config.md, "idmap": without mappings of its own the container's are meant. */
static bool idmap_of_nothing(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->n_mounts; i++) {
        const struct config_mount *m = &c->mounts[i];

        ret->index = i;
        if ((strv_has(m->options, "idmap") || strv_has(m->options, "ridmap")) &&
            m->n_uid_mappings == 0 && !config_namespace(c, CONFIG_NS_USER))
            return true;
    }
    return false;
}

static bool idmap_of_new(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->n_mounts; i++) {
        const struct config_mount *m = &c->mounts[i];

        ret->index = i;
        if ((has_idmap_option(m) || m->n_uid_mappings > 0) &&
            (!is_bind(m) || strv_has(m->options, "remount")))
            return true;
    }
    return false;
}

static bool half_mapped(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; i < c->n_mounts; i++) {
        ret->index = i;
        if ((c->mounts[i].n_uid_mappings > 0) != (c->mounts[i].n_gid_mappings > 0))
            return true;
    }
    return false;
}

static bool refused_annotation(const struct config *c, struct valid_found *ret)
{
    for (const struct annotation *a = annotation_table; a->name; a++) {
        ret->key = a->name;
        ret->why = a->refusal;
        if (a->refusal && config_annotation(c, a->name))
            return true;
    }
    return false;
}

/* A name, not a way to elsewhere. */
static bool bad_delegate(const struct config *c, struct valid_found *ret)
{
    const char *name = config_annotation(c, ANNOTATION_DELEGATE);

    return name && (!*name || strchr(name, '/') || STREQ(name, ".") || STREQ(name, ".."));
}

static const struct valid_rule document_rules[] = {
    { "/ociVersion", bad_version, "expected a version such as " CONFIG_OCI_VERSION,
      "versions " CONFIG_OCI_VERSION_MIN " to " CONFIG_OCI_VERSION
      " of the runtime-spec are understood" },
    { "/root", no_root, "required key \"root\" is missing", NULL },
    { "/mounts/#/source", bind_without_source, "a bind mount needs a source", NULL },
    { "/mounts/#/uidMappings", half_mapped, "uidMappings and gidMappings need each other", NULL },
    { "/mounts/#/options", idmap_of_nothing,
      "idmap needs uidMappings and gidMappings, or a user namespace", NULL },
    { "/mounts/#/options", idmap_of_new, "ids can be mapped in bind mounts only", NULL },
    { "/annotations/*", refused_annotation, NULL, NULL },
    { "/annotations/" ANNOTATION_DELEGATE, bad_delegate, "expected the name of a group", NULL },
    { 0 },
};

/* ---- the process ---- */

static bool no_process(const struct config *c, struct valid_found *ret)
{
    return !c->process;
}

static bool no_args(const struct config *c, struct valid_found *ret)
{
    return c->process && (!c->process->args || str_empty(c->process->args[0]));
}

static bool relative_cwd(const struct config *c, struct valid_found *ret)
{
    return c->process && c->process->cwd[0] != '/';
}

static bool bad_env(const struct config *c, struct valid_found *ret)
{
    char *const *env = c->process ? c->process->env : NULL;

    strv_foreach (it, env) {
        ret->index = (size_t)(it - env);
        if ((*it)[0] == '=' || !strchr(*it, '='))
            return true;
    }
    return false;
}

static bool twin_rlimits(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 1; c->process && i < c->process->n_rlimits; i++) {
        ret->index = i;
        for (size_t k = 0; k < i; k++) {
            if (c->process->rlimits[k].type == c->process->rlimits[i].type)
                return true;
        }
    }
    return false;
}

static bool soft_over_hard(const struct config *c, struct valid_found *ret)
{
    for (size_t i = 0; c->process && i < c->process->n_rlimits; i++) {
        ret->index = i;
        if (c->process->rlimits[i].soft > c->process->rlimits[i].hard)
            return true;
    }
    return false;
}

static bool bad_oom_score(const struct config *c, struct valid_found *ret)
{
    const struct opt_i32 *score = c->process ? &c->process->oom_score_adj : NULL;

    return score && score->set && (score->val < -1000 || score->val > 1000);
}

/* The scheduler, or NULL when there is none to look at. */
static const struct config_scheduler *scheduler(const struct config *c)
{
    return c->process ? c->process->scheduler : NULL;
}

static bool bad_nice(const struct config *c, struct valid_found *ret)
{
    const struct config_scheduler *s = scheduler(c);

    return s && (s->nice < -20 || s->nice > 19);
}

/* sched(7): 1 to 99 for the real-time policies, 0 for the others. */
static bool bad_priority(const struct config *c, struct valid_found *ret)
{
    const struct config_scheduler *s = scheduler(c);
    bool real_time = s && (s->policy == CONFIG_SCHED_FIFO || s->policy == CONFIG_SCHED_RR);

    return s && (real_time ? s->priority < 1 || s->priority > 99 : s->priority != 0);
}

/* sched(7): runtime <= deadline <= period, where a period of 0 means the deadline. */
static bool bad_deadline(const struct config *c, struct valid_found *ret)
{
    const struct config_scheduler *s = scheduler(c);

    if (!s)
        return false;
    if (s->policy != CONFIG_SCHED_DEADLINE) {
        ret->why = "runtime, deadline and period belong to SCHED_DEADLINE";
        return s->runtime || s->deadline || s->period;
    }
    return s->runtime == 0 || s->runtime > s->deadline || (s->period && s->deadline > s->period);
}

static bool bad_io_priority(const struct config *c, struct valid_found *ret)
{
    const struct config_io_priority *p = c->process ? c->process->io_priority : NULL;

    return p && (p->priority < 0 || p->priority > 7);
}

static const struct valid_rule process_rules[] = {
    { "/process/args", no_args, "must name a program to run", NULL },
    { "/process/cwd", relative_cwd, "expected an absolute path", NULL },
    { "/process/env/#", bad_env, "expected NAME=VALUE", NULL },
    { "/process/rlimits/#/type", twin_rlimits, "this limit is set twice", NULL },
    { "/process/rlimits/#/soft", soft_over_hard, "the soft limit is above the hard one", NULL },
    { "/process/oomScoreAdj", bad_oom_score, "expected a number from -1000 to 1000", NULL },
    { "/process/scheduler/nice", bad_nice, "expected a number from -20 to 19", NULL },
    { "/process/scheduler/priority", bad_priority,
      "expected 1 to 99 for SCHED_FIFO and SCHED_RR, 0 for every other policy", NULL },
    { "/process/scheduler", bad_deadline,
      "SCHED_DEADLINE needs a runtime <= its deadline <= its period", NULL },
    { "/process/ioPriority/priority", bad_io_priority, "expected a number from 0 to 7", NULL },
    { 0 },
};

static const struct valid_rule start_rules[] = {
    { "/process", no_process, "required key \"process\" is missing", NULL },
    { 0 },
};

/* ---- running them ---- */

const struct valid_rule *const valid_tables[] = {
    document_rules,     start_rules,         process_rules, valid_linux_rules,
    valid_sysctl_rules, valid_seccomp_rules, NULL,
};

/* The pointer with '#' and '*' filled in; keys as RFC 6901 escapes them. */
static void expand(const char *pointer, const struct valid_found *f, char *out, size_t len)
{
    size_t n = 0;

    for (const char *p = pointer; *p && n + 24 < len; p++) {
        if (*p == '#') {
            n += (size_t)snprintf(out + n, len - n, "%zu", f->index);
        } else if (*p == '*') {
            for (const char *k = f->key; *k && n + 3 < len; k++) {
                if (*k == '/' || *k == '~')
                    out[n++] = '~';
                out[n++] = *k == '/' ? '1' : *k == '~' ? '0' : *k;
            }
        } else {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
}

/* `skip`: how much of the pointers' start is above the document's root. */
static int run(const struct valid_rule *rules, const struct config *c, size_t skip, struct err *e)
{
    for (const struct valid_rule *rule = rules; rule->pointer; rule++) {
        struct valid_found found = { 0 };
        char where[512];

        if (!rule->broken(c, &found))
            continue;
        expand(rule->pointer + skip, &found, where, sizeof(where));
        err_set(e, ERR_INVALID, "%s: %s", where, found.why ? found.why : rule->message);
        return rule->hint ? err_hint(e, "%s", rule->hint) : -ERR_INVALID;
    }
    return 0;
}

int valid_config(const struct config *c, unsigned flags, struct err *e)
{
    int r = 0;

    for (const struct valid_rule *const *table = valid_tables; *table && r >= 0; table++)
        if (*table != start_rules || (flags & VALID_PROCESS))
            r = run(*table, c, 0, e);
    return r;
}

int valid_process(const struct config_process *p, struct err *e)
{
    const struct config c = { .process = (struct config_process *)(uintptr_t)p };

    return run(process_rules, &c, strlen("/process"), e);
}

/* ---- names ---- */

#define ID_MAX   1024
#define NAME_MAX 255

static bool all_of(const char *s, const char *punctuation)
{
    while (isalnum((unsigned char)*s) || str_has(punctuation, *s))
        s++;
    return *s == '\0';
}

int valid_id(const char *id, struct err *e)
{
    if (id[0] && id[0] != '.' && all_of(id, "_+.-") && strlen(id) <= ID_MAX)
        return 0;
    return err_set(e, ERR_INVALID,
                   "invalid container id \"%.100s\": expected letters, digits, _ + - and ., not "
                   "starting with ., at most %d of them",
                   id, ID_MAX);
}

int valid_name(const char *what, const char *name, struct err *e)
{
    if (isalnum((unsigned char)name[0]) && name[1] && all_of(name, "_.-") &&
        strlen(name) <= NAME_MAX)
        return 0;
    return err_set(e, ERR_INVALID,
                   "invalid %s name \"%.100s\": only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, two "
                   "characters or more",
                   what, name);
}
