/* SPDX-License-Identifier: MIT */
/* Words for completion: what may stand as an operand or an option's value. */
#include "cli/words.h"

#include "base/proc.h"
#include "base/str.h"
#include "cgroup/cgroup_pressure.h"
#include "cli/cmd.h"
#include "engine/list.h"
#include "engine/volume.h"
#include "image/ref.h"

#include <signal.h>
#include <sys/capability.h>

static void add(struct buf *out, const char *prefix, const char *word, const char *description)
{
    if (!word || !str_starts(word, prefix))
        return;
    buf_str(out, word);
    if (description)
        buf_fmt(out, "\t%s", description);
    buf_char(out, '\n');
}

static void add_all(struct buf *out, const char *prefix, const char *const *words)
{
    for (; *words; words++)
        add(out, prefix, *words, NULL);
}

#define IN(state) (1u << RECORD_##state)
#define ALIVE     (IN(RUNNING) | IN(PAUSED))
#define DEAD      (IN(UNSET) | IN(CREATED) | IN(STOPPED))

/* Those in one of these states. */
static void add_containers(struct cli *c, unsigned states, const char *prefix, struct buf *out)
{
    struct container_list list = { 0 };
    struct err ignored = ERR_INIT;
    const struct paths *p;
    char text[64];

    if (cli_paths(c, &p, &ignored) < 0 || list_containers(p, states & DEAD, &list, &ignored) < 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        const struct container_info *info = &list.items[i];
        if (states & (1u << info->status.state))
            add(out, prefix, info->record.name, list_status_text(info, text, sizeof(text)));
    }
    list_free(&list);
}

void words_containers(void *ctx, const char *prefix, struct buf *out)
{
    add_containers(ctx, ALIVE | DEAD, prefix, out);
}

void words_running(void *ctx, const char *prefix, struct buf *out)
{
    add_containers(ctx, ALIVE, prefix, out);
}

void words_paused(void *ctx, const char *prefix, struct buf *out)
{
    add_containers(ctx, IN(PAUSED), prefix, out);
}

void words_unpaused(void *ctx, const char *prefix, struct buf *out)
{
    add_containers(ctx, IN(RUNNING), prefix, out);
}

void words_stopped(void *ctx, const char *prefix, struct buf *out)
{
    add_containers(ctx, DEAD, prefix, out);
}

void words_images(void *ctx, const char *prefix, struct buf *out)
{
    struct store s;
    CLEANUP(store_list) struct store_list list = { 0 };
    struct err ignored = ERR_INIT;

    if (cli_store(ctx, &s, &ignored) < 0 || store_list(&s, &list, &ignored) < 0)
        return;
    for (size_t i = 0; i < list.count; i++) {
        strv_foreach (full, list.items[i]->refs) {
            AUTO_FREE char *name = ref_shorten(*full);
            add(out, prefix, name, NULL);
        }
    }
}

void words_networks(void *ctx, const char *prefix, struct buf *out)
{
    struct net_place place;
    struct network *v = NULL;
    struct err ignored = ERR_INIT;
    size_t n = 0;

    if (cli_networks(ctx, &place, &ignored) < 0 || network_list(&place, &v, &n, &ignored) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        add(out, prefix, v[i].name, v[i].driver);
    network_list_free(v, n);
}

void words_volumes(void *ctx, const char *prefix, struct buf *out)
{
    AUTO_STRV char **names = NULL;
    struct err ignored = ERR_INIT;
    const struct paths *p;

    if (cli_paths(ctx, &p, &ignored) < 0 || volume_names(p, &names, &ignored) < 0)
        return;
    strv_foreach (name, names)
        add(out, prefix, *name, NULL);
}

void words_objects(void *ctx, const char *prefix, struct buf *out)
{
    words_containers(ctx, prefix, out);
    words_images(ctx, prefix, out);
}

void words_commands(void *ctx, const char *prefix, struct buf *out)
{
    char name[32];

    for (const struct opt_verb *v = commands_program.verbs; v->names; v++)
        if (!(v->flags & OPT_VERB_HIDDEN))
            add(out, prefix, opt_verb_name(v, name, sizeof(name)), v->cmd->summary);
}

void words_caps(void *ctx, const char *prefix, struct buf *out)
{
    add(out, prefix, "ALL", NULL);
    for (cap_value_t cap = 0; cap <= CAP_LAST_CAP; cap++) {
        char *name = cap_to_name(cap); /* "cap_chown" */
        AUTO_FREE char *upper = name ? str_dup(name + strlen("cap_")) : NULL;
        for (char *p = upper; p && *p; p++)
            *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
        add(out, prefix, upper, NULL);
        cap_free(name);
    }
}

void words_signals(void *ctx, const char *prefix, struct buf *out)
{
    for (int sig = 1; sig < SIGRTMIN; sig++)
        add(out, prefix, proc_signal_name(sig), NULL);
}

void words_streams(void *ctx, const char *prefix, struct buf *out)
{
    static const char *const words[] = { "stdin", "stdout", "stderr", NULL };
    add_all(out, prefix, words);
}

void words_pressure(void *ctx, const char *prefix, struct buf *out)
{
    add_all(out, prefix, cgroup_pressure_resources);
}

void words_private_host(void *ctx, const char *prefix, struct buf *out)
{
    static const char *const words[] = { "private", "host", NULL };
    add_all(out, prefix, words);
}

/* The modes of a namespace that another container's can be instead. */
static void add_modes(void *ctx, const char *prefix, const char *const *words, struct buf *out)
{
    AUTO_BUF struct buf names = { 0 };

    add_all(out, prefix, words);
    words_running(ctx, "", &names);
    for (char *line = names.data; line && *line;) {
        char *name = strsep(&line, "\n");
        name[strcspn(name, "\t")] = '\0';
        AUTO_FREE char *mode = *name ? str_fmt("container:%s", name) : NULL;
        add(out, prefix, mode, NULL);
    }
}

void words_pid(void *ctx, const char *prefix, struct buf *out)
{
    static const char *const words[] = { "private", "host", NULL };
    add_modes(ctx, prefix, words, out);
}

void words_ipc(void *ctx, const char *prefix, struct buf *out)
{
    static const char *const words[] = { "private", "shareable", "host", "none", NULL };
    add_modes(ctx, prefix, words, out);
}

void words_cgroup_managers(void *ctx, const char *prefix, struct buf *out)
{
    static const char *const words[] = { "cgroupfs", "systemd", "disabled", NULL };
    add_all(out, prefix, words);
}

void words_pull(void *ctx, const char *prefix, struct buf *out)
{
    static const char *const words[] = { "missing", "never", NULL };
    add_all(out, prefix, words);
}
