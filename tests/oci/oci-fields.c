/* SPDX-License-Identifier: MIT */
/* Prints what a config may hold: a JSON pointer a field, mount:WORD a mount option, from the
 * parser's own tables. */
#include "base/json.h"
#include "oci/config.h"
#include "runtime/mount_option.h"

#include <stdio.h>

#define POINTER_MAX 256

static void print_table(const struct json_table *t, const char *at);

static void print_field(const struct json_field *f, const char *at)
{
    char name[POINTER_MAX], item[POINTER_MAX];

    snprintf(name, sizeof(name), "%s/%s", at, f->name);
    snprintf(item, sizeof(item), "%.*s/*", POINTER_MAX - 3, name);
    switch ((enum json_kind)f->kind) {
    case JSON_KIND_OBJ:
    case JSON_KIND_PTR: print_table(f->table, name); return;
    case JSON_KIND_ARRAY:
    case JSON_KIND_MAP_OBJ: print_table(f->table, item); return;
    case JSON_KIND_ENUM:
    case JSON_KIND_SET:
        for (const struct json_enum *v = f->names; v->name; v++)
            printf("%s=%s\n", name, v->name);
        return;
    case JSON_KIND_STR:
    case JSON_KIND_BOOL:
    case JSON_KIND_I32:
    case JSON_KIND_U32:
    case JSON_KIND_I64:
    case JSON_KIND_U64:
    case JSON_KIND_DOUBLE:
    case JSON_KIND_OPT_BOOL:
    case JSON_KIND_OPT_I32:
    case JSON_KIND_OPT_U32:
    case JSON_KIND_OPT_I64:
    case JSON_KIND_OPT_U64:
    case JSON_KIND_STRV:
    case JSON_KIND_U32S:
    case JSON_KIND_MAP:
    case JSON_KIND_KEYS:
    case JSON_KIND_RAW:
    case JSON_KIND_VALUE:
    case JSON_KIND_MAX: break;
    }
    printf("%s\n", name);
}

static void print_table(const struct json_table *t, const char *at)
{
    for (size_t i = 0; i < t->n_fields; i++)
        print_field(&t->fields[i], at);
}

int main(void)
{
    print_table(&config_table, "");
    for (size_t i = 0; mount_option_name(i); i++)
        printf("mount:%s\n", mount_option_name(i));
    return 0;
}
