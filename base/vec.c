/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* The length alone says how much memory there should be. Where that is what there is, realloc()
 * returns at once; where it is not (json_read() and json_copy() have rules of their own), it makes
 * it so. */
void *vec_add(void *v, size_t *n, size_t size)
{
    size_t cap = 4;
    char *array;

    while (cap <= *n)
        cap *= 2;
    memcpy(&array, v, sizeof(array));
    array = reallocarray(array, cap, size);
    if (!array)
        return NULL;
    memcpy(v, &array, sizeof(array));
    return memset(array + (*n)++ * size, 0, size);
}
