/* SPDX-License-Identifier: MIT */
/* Errors of fixed size: no malloc, so they survive fork and cross sockets unchanged. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * A fallible function returns int: >= 0 is success, a failure is -(enum err_kind). Its last
 * argument is a `struct err *e` on the caller's stack, never NULL, filled once at the place where
 * the failure happened; each caller adds its own noun with err_wrap(). Only cli/ prints.
 */
enum err_kind {
    ERR_NONE,
    ERR_SYS,           /* a system call failed; errnum says why */
    ERR_NOMEM,         /* out of memory */
    ERR_USAGE,         /* the command line breaks its grammar */
    ERR_INVALID,       /* a value or a document breaks its grammar or a rule */
    ERR_NOT_FOUND,     /* no such container, image, network … */
    ERR_EXISTS,        /* the name or id is taken */
    ERR_IN_USE,        /* somebody else still needs it */
    ERR_STATE,         /* the object is in the wrong state for this operation */
    ERR_UNSUPPORTED,   /* this kernel or host cannot do it */
    ERR_CORRUPT,       /* what we read is damaged or does not match its digest */
    ERR_LIMIT,         /* larger, deeper or more than we accept */
    ERR_TIMEOUT,       /* it took longer than allowed */
    ERR_CMD_NOT_FOUND, /* the container's command does not exist: exit code 127 */
    ERR_CMD_NOT_EXEC,  /* the container's command cannot be executed: exit code 126 */
    ERR_KIND_MAX
};

#define ERR_MSG_MAX  1536
#define ERR_HINT_MAX 384
#define ERR_PATH_MAX 256
#define ERR_OP_MAX   32

struct err {
    int32_t kind;            /* enum err_kind */
    int32_t errnum;          /* errno of ERR_SYS, else 0 */
    char op[ERR_OP_MAX];     /* the system call or step that failed, or "" */
    char path[ERR_PATH_MAX]; /* what it was applied to, or "" */
    char msg[ERR_MSG_MAX];   /* the whole sentence, outermost noun first */
    char hint[ERR_HINT_MAX]; /* the remedy, or "" */
};

#define ERR_INIT                                                                                   \
    {                                                                                              \
        .kind = ERR_NONE                                                                           \
    }

/* A system call failed: "OP PATH: strerror(errno)". `path` may be NULL. Returns -ERR_SYS. */
int err_sys(struct err *e, const char *op, const char *path);

/* The same with a formatted path. */
__attribute__((format(printf, 3, 4))) int err_sysf(struct err *e, const char *op, const char *fmt,
                                                   ...);

/* The same for an errno that is not in errno (netlink, a child's report). errnum > 0. */
int err_errnum(struct err *e, int errnum, const char *op, const char *path);

/* Any other failure, said in full by `fmt`. Returns -kind. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *e, enum err_kind kind,
                                                  const char *fmt, ...);

/* Out of memory. Returns -ERR_NOMEM. */
int err_nomem(struct err *e);

/* Puts "FMT: " before the message. Returns -e->kind, so `return err_wrap(e, …)` passes it on. */
__attribute__((format(printf, 2, 3))) int err_wrap(struct err *e, const char *fmt, ...);

/* Sets the remedy, unless a deeper place has already named one. Returns -e->kind. */
__attribute__((format(printf, 2, 3))) int err_hint(struct err *e, const char *fmt, ...);

/* Forgets whatever was recorded. */
void err_clear(struct err *e);

/*
 * For teardowns that go on after a failure: keeps the first error in `sum`. `r` is what the step
 * that filled `e` returned; nothing happens when it is >= 0. `e` is cleared for the next step.
 */
void err_collect(struct err *sum, int r, struct err *e);

/* Makes bytes that came from elsewhere an error that can be used: strings end, the kind is known.
 */
void err_tame(struct err *e);

/* Writes the error to, or reads one from, a pipe or socket. Return 0, or -1 with errno set
 * (err_recv: errno 0 = the other end closed without sending one). */
int err_send(int fd, const struct err *e);
int err_recv(int fd, struct err *ret);
