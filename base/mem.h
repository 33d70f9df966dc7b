/* SPDX-License-Identifier: MIT */
/* Ownership: cleanup attributes that keep errno, and macros that move what they guard. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Declares a cleanup function `NAME_cleanup(TYPE *)` that calls FREE(*p) and keeps errno. */
#define DEFINE_CLEANUP(type, name, free_fn)                                                        \
    static inline void name##_cleanup(type *p)                                                     \
    {                                                                                              \
        int saved = errno;                                                                         \
        free_fn;                                                                                   \
        errno = saved;                                                                             \
    }

DEFINE_CLEANUP(void *, mem_free, free(*p))
DEFINE_CLEANUP(int, mem_fd, {
    if (*p >= 0)
        close(*p);
})
DEFINE_CLEANUP(FILE *, mem_file, {
    if (*p)
        fclose(*p);
})
DEFINE_CLEANUP(DIR *, mem_dir, {
    if (*p)
        closedir(*p);
})

#define CLEANUP(fn) __attribute__((cleanup(fn##_cleanup)))

/* `AUTO_FREE char *s = NULL;`: freed when it leaves its scope. */
static inline void mem_free_any_cleanup(void *p)
{
    mem_free_cleanup(p);
}
#define AUTO_FREE CLEANUP(mem_free_any)
#define AUTO_FD   CLEANUP(mem_fd)
#define AUTO_FILE CLEANUP(mem_file)
#define AUTO_DIR  CLEANUP(mem_dir)

/* Zeroed pages of the kernel's, which take memory when they are touched first: for what holds large
 * buffers that most never fill. NULL with errno. */
static inline void *mem_map(size_t len)
{
    void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

/* Hand ownership on: the value is returned, the variable disarmed. */
#define TAKE_PTR(p)                                                                                \
    ({                                                                                             \
        __typeof__(p) *take_from = &(p);                                                           \
        __typeof__(p) take_val = *take_from;                                                       \
        *take_from = NULL;                                                                         \
        take_val;                                                                                  \
    })
#define TAKE_FD(fd)                                                                                \
    ({                                                                                             \
        int *take_from = &(fd);                                                                    \
        int take_val = *take_from;                                                                 \
        *take_from = -EBADF;                                                                       \
        take_val;                                                                                  \
    })

/* Closes a descriptor now, keeps errno, leaves -EBADF. */
static inline void mem_close(int *fd)
{
    mem_fd_cleanup(fd);
    *fd = -EBADF;
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define STREQ(a, b)  (strcmp((a), (b)) == 0)
