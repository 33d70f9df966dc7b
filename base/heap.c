/* SPDX-License-Identifier: MIT */
/* The heap of a program that lives for milliseconds, in place of musl's: malloc(3). */
#include <errno.h>
#include <linux/mman.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * musl's own maps and unmaps memory for nearly every size that a start asks for: 35 system calls
 * and 50 page faults in 3 ms. Here blocks are cut from a region, one behind the other, and what is
 * freed waits on a list of its size. Nothing goes back before the end but blocks that are mappings
 * of their own. For one thread: hako-oci has no other.
 */

#define STEP       ((size_t)16)
#define SMALL_MAX  ((size_t)1024)         /* up to here a list for every multiple of STEP, */
#define MIDDLE_MAX ((size_t)64 << 10)     /* up to here one for every power of two; */
#define LISTS      (SMALL_MAX / STEP + 6) /* what is larger is a mapping of its own */
#define REGION     ((size_t)256 << 10)
#define POPULATED  ((size_t)64 << 10) /* of the first region: nearly any start needs it */
#define PAGE       ((size_t)4096)

struct block {
    size_t room;        /* bytes behind the header */
    struct block *next; /* of those that are free; a block in use points to itself */
    char data[];
};

static struct block *freed[LISTS];
static char *region, *region_end;

/* What a block of `n` bytes has room for, and which list it waits on. */
static size_t room_for(size_t n, size_t *ret_list)
{
    size_t room = n ? (n + STEP - 1) / STEP * STEP : STEP;

    *ret_list = room / STEP - 1;
    if (room <= SMALL_MAX)
        return room;
    for (room = 2 * SMALL_MAX, *ret_list = SMALL_MAX / STEP; room < n; room *= 2)
        ++*ret_list;
    return room;
}

static bool new_region(void)
{
    char *p = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return false;
    if (!region)
        madvise(p, POPULATED, MADV_POPULATE_WRITE); /* EINVAL before Linux 5.14 */
    region = p;
    region_end = p + REGION;
    return true;
}

static void *used(struct block *b, size_t room)
{
    b->room = room;
    b->next = b;
    return b->data;
}

static size_t large_size(size_t n)
{
    return (sizeof(struct block) + n + PAGE - 1) / PAGE * PAGE;
}

static void *large(struct block *b, size_t size)
{
    return b == MAP_FAILED ? NULL : used(b, size - sizeof(*b));
}

static bool is_last(const struct block *b)
{
    return b->data + b->room == region;
}

static void *take(size_t n)
{
    size_t list, room, size = large_size(n);
    struct block *b;

    if (n > PTRDIFF_MAX - PAGE) {
        errno = ENOMEM;
        return NULL;
    }
    if (n > MIDDLE_MAX)
        return large(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                     size);
    room = room_for(n, &list);
    b = freed[list];
    if (b) {
        freed[list] = b->next;
        return used(b, room);
    }
    if ((size_t)(region_end - region) < sizeof(*b) + room && !new_region())
        return NULL;
    b = (struct block *)(void *)region;
    region += sizeof(*b) + room;
    return used(b, room);
}

void *malloc(size_t n)
{
    return take(n);
}

static struct block *block_of(void *p)
{
    struct block *b = (struct block *)(void *)((char *)p - sizeof(*b));

    if (b->next != b)
        abort(); /* freed before, or never ours */
    return b;
}

void free(void *p)
{
    size_t list;

    if (!p)
        return;
    struct block *b = block_of(p);
    if (b->room > MIDDLE_MAX) {
        munmap(b, sizeof(*b) + b->room);
        return;
    }
    room_for(b->room, &list);
    b->next = freed[list];
    freed[list] = b;
}

void *calloc(size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n)) {
        errno = ENOMEM;
        return NULL;
    }
    void *p = take(n); /* of malloc() and memset() the compiler would make a call of calloc() */
    return p ? memset(p, 0, n) : NULL;
}

/* The same block, if it can be made larger where it is; a mapping may move. */
static void *grow(struct block *b, size_t n)
{
    size_t list, room, size = large_size(n);

    if (b->room > MIDDLE_MAX)
        return large(mremap(b, sizeof(*b) + b->room, size, MREMAP_MAYMOVE), size);
    if (n > MIDDLE_MAX || !is_last(b))
        return NULL;
    room = room_for(n, &list);
    if (room - b->room > (size_t)(region_end - region))
        return NULL;
    region += room - b->room;
    b->room = room;
    return b->data;
}

void *realloc(void *p, size_t n)
{
    if (!p)
        return take(n);
    struct block *b = block_of(p);
    if (n <= b->room)
        return p;
    void *more = n <= PTRDIFF_MAX - PAGE ? grow(b, n) : NULL;
    if (more)
        return more;
    more = take(n);
    if (!more)
        return NULL;
    memcpy(more, p, b->room);
    free(p);
    return more;
}
