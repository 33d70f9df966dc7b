/* SPDX-License-Identifier: MIT */
/* What the commands call: containers by name, from creation to removal. */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "engine/args.h"
#include "engine/attach.h"
#include "engine/paths.h"

#include <stdbool.h>
#include <stdint.h>

#define ENGINE_ID_LEN 64

/*
 * Containers are named by full id, unambiguous id prefix, or name. Unknown: ERR_NOT_FOUND "No such
 * container: NAME"; a prefix that fits several: ERR_INVALID. A container whose monitor died is
 * healed (killed, torn down, recorded) by whichever function meets it.
 */

/* Makes a container and starts nothing. `ret_id` holds 64 hex digits. Warnings go to log_warn().
 * An unknown image: ERR_NOT_FOUND "No such image: REF" with a hint; taken name: ERR_EXISTS. */
int engine_create(const struct paths *p, const struct run_args *args,
                  char ret_id[ENGINE_ID_LEN + 1], struct err *e);

/* Who waits for a start. */
struct engine_caller {
    unsigned streams; /* ATTACH_* bits of its session */
    int stop_fd; /* readable when it does not want it any more; -1: it always will. A start that can
                    be taken back is, which is ERR_STATE; else it succeeds */
};

/* Creates and starts; returns once the process has been executed. With `ret_session` the caller is
 * attached from the first byte on; NULL: detached. */
int engine_run(const struct paths *p, const struct run_args *args,
               const struct engine_caller *caller, char ret_id[ENGINE_ID_LEN + 1],
               struct attach **ret_session, struct err *e);

/* Starts a created or stopped container; a running one is success and changes nothing (then a
 * session is an ordinary attach). A paused one is ERR_STATE. */
int engine_start(const struct paths *p, const char *name, const struct engine_caller *caller,
                 struct attach **ret_session, struct err *e);

/* Attaches to a running container. ERR_STATE when it is not running. */
int engine_attach(const struct paths *p, const char *name, unsigned streams,
                  struct attach **ret_session, struct err *e);

/* Waits until it is not running; its exit code. */
int engine_wait(const struct paths *p, const char *name, int *ret_code, struct err *e);

/* Sends a signal to its first process; after SIGKILL waits until it has ended. What may end a
 * paused container lets it go on, too. ERR_STATE "container ID is not running". */
int engine_kill(const struct paths *p, const char *name, int sig, struct err *e);

/* Stops all of its processes where they stand, until engine_unpause(). ERR_STATE "container ID is
 * not running", "Container ID is already paused", "Container ID is not paused". */
int engine_pause(const struct paths *p, const char *name, struct err *e);
int engine_unpause(const struct paths *p, const char *name, struct err *e);

/* A stop in two steps, so that several containers' times run at once. The first sends the stop
 * signal (sig 0: the container's own), and lets a paused one go on to hear of it; not running:
 * success. `name` is borrowed until the end. */
struct engine_stopping;
int engine_stop_begin(const struct paths *p, const char *name, int sig, int64_t timeout_s,
                      struct engine_stopping **ret, struct err *e);
/* The second waits, with SIGKILL timeout_s after the signal (ARG_UNSET: the container's own, else
 * 10; -1: never). */
int engine_stop_end(const struct paths *p, struct engine_stopping *s, struct err *e);
void engine_stop_free(struct engine_stopping *s);
DEFINE_CLEANUP(struct engine_stopping *, engine_stopping, engine_stop_free(*p))

/* Changes its limits, in its group too if it runs, and all of them or none: what is not given
 * stays. ERR_INVALID by docker's rules (parse_limit()), ERR_UNSUPPORTED for what this host or
 * kernel cannot do, ERR_IN_USE for less memory than it needs now. */
int engine_update(const struct paths *p, const char *name, const struct limit_args *args,
                  struct err *e);

/* Removes it and all it owns, anonymous volumes only if `volumes`. Running: ERR_STATE unless force,
 * which kills it first. */
int engine_rm(const struct paths *p, const char *name, bool force, bool volumes, struct err *e);

/* Runs a command in a running container, as the caller's child; returns once it has been executed.
 * Without a tty it has the caller's stdio (args->detach: none). With a tty the caller pumps.
 * Then it calls engine_exec_wait() for the exit code. ERR_STATE "container ID is not running";
 * whatever keeps the command from starting in one that runs is ERR_CMD_NOT_FOUND or
 * ERR_CMD_NOT_EXEC. */
struct exec_session {
    int pidfd; /* -1 when detached */
    int pid;
    int pty; /* -1 without a terminal */
};
int engine_exec(const struct paths *p, const struct exec_args *args, struct exec_session *ret,
                struct err *e);
int engine_exec_wait(struct exec_session *s, struct err *e);
/* Instead of waiting: the command goes on, and a process of its own keeps its terminal from hanging
 * up, for as long as it runs. */
int engine_exec_leave(struct exec_session *s, struct err *e);

/* The full id for a name or prefix. */
int engine_resolve(const struct paths *p, const char *name, char ret_id[ENGINE_ID_LEN + 1],
                   struct err *e);
