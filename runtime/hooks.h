/* SPDX-License-Identifier: MIT */
/* The hooks of config.json: programs that get the container's state on stdin. */
#pragma once

#include "base/err.h"
#include "oci/config.h"
#include "oci/state.h"

#include <stdbool.h>

/*
 * Who runs what (runtime.md, "Lifecycle"): prestart and createRuntime by launch_ready() in the
 * runtime's namespaces, createContainer and startContainer by the child in the container's,
 * poststart and poststop by the caller of launch in the runtime's.
 */

/* Where hooks write: files of crun's annotations run.oci.hooks.stdout and run.oci.hooks.stderr. -1:
 * to the runtime's own standard output, and to the error of the hook's failure. */
struct hooks_output {
    int out, err;
};
#define HOOKS_OUTPUT_INIT                                                                          \
    {                                                                                              \
        .out = -1, .err = -1                                                                       \
    }
int hooks_open_output(const struct json_map *annotations, struct hooks_output *ret, struct err *e);
void hooks_close_output(struct hooks_output *o);

/* Runs them in order in the calling process's namespaces and stops at the first that fails: a
 * status other than 0, a signal, or its timeout (then it and its children are killed). `kind` is
 * for errors: "createRuntime hook /bin/x: exit status 3: last line of its stderr". */
int hooks_run(const struct config_hook_list *list, const char *kind, const struct state *st,
              struct err *e);

/* The same with files that are open (in the container those of the runtime cannot be), and with the
 * environment of hooks that have none of their own: hooks_run() gives the caller's. */
int hooks_run_to(const struct hooks_output *o, char *const *env,
                 const struct config_hook_list *list, const char *kind, const struct state *st,
                 struct err *e);

/* The same for poststop: every one is run, failures are log_warn()ings. */
void hooks_run_all(const struct config_hook_list *list, const char *kind, const struct state *st);

/* True when the child runs hooks, and so has to know its pid; true when the runtime runs some
 * before the pivot. */
bool hooks_in_container(const struct config *c);
bool hooks_in_runtime(const struct config *c);
