/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#pragma once

#include <stddef.h>

/*
 * `T *v; size_t n;`: counts one more element, zeroed, and gives a pointer to it; NULL without
 * memory, and then v and n are as they were. The memory's size is a power of two of elements, so
 * that growing rarely moves them; `v` may be any malloc'd array, or NULL.
 */
#define VEC_ADD(v, n) ((__typeof__(v))vec_add(&(v), &(n), sizeof(*(v))))

void *vec_add(void *v, size_t *n, size_t size);
