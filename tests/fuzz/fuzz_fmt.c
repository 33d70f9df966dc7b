/* SPDX-License-Identifier: MIT */
/* Fuzzes templates: no crash, no leak, no endless loop, whatever --format is given. */
#include "base/fmt.h"
#include "base/json_value.h"

#include <stdlib.h>
#include <string.h>

static const char document[] =
    "{\"A\":{\"B\":[1,\"two\",{\"c\":null}],\"D\":true},\"S\":\"text\",\"N\":-42,\"F\":0.5,"
    "\"Labels\":{\"a.b\":\"1\",\"c\":\"\"},\"L\":[\"x\",\"y\"],\"E\":[],\"Z\":null}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct json_value *doc;
    CLEANUP(fmt_template) struct fmt_template *t = NULL;
    AUTO_BUF struct buf out = { 0 };
    AUTO_BUF struct buf aligned = { 0 };
    struct err e = ERR_INIT;
    char *text = strndup((const char *)data, size);

    if (!doc && json_value_parse(document, strlen(document), &doc, &e) < 0)
        abort();
    if (text && fmt_parse(text, &t, &e) >= 0)
        fmt_apply(t, doc, NULL, &out, &e);
    if (out.data)
        fmt_align(out.data, FMT_COLUMN_MIN, &aligned);
    free(text);
    return 0;
}
