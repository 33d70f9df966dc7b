/* SPDX-License-Identifier: MIT */
/* Text that is redrawn in place on a terminal. */
#include "cli/screen.h"

#include <stdint.h>
#include <string.h>

#define HOME       "\033[H"
#define ERASE_LINE "\033[K"
#define ERASE_REST "\033[J"

/* Bytes of the line's first `cols` characters. */
static size_t cut(const char *line, size_t len, unsigned cols)
{
    size_t chars = 0;

    for (size_t i = 0; cols > 0 && i < len; i++)
        if (((unsigned char)line[i] & 0xc0) != 0x80 && ++chars > cols)
            return i;
    return len;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (const char *p = text; *p; n++) {
        p = strchrnul(p, '\n');
        p += *p != '\0';
    }
    return n;
}

void screen_frame(const char *text, unsigned rows, unsigned cols, struct buf *out)
{
    size_t lines = count_lines(text);
    /* Behind the last line stands the cursor. */
    size_t room = rows > 2 ? rows - 1 : SIZE_MAX;
    size_t shown = lines <= room ? lines : room - 1;

    buf_str(out, HOME);
    for (size_t i = 0; i < shown; i++) {
        size_t len = strcspn(text, "\n");
        buf_add(out, text, cut(text, len, cols));
        buf_str(out, ERASE_LINE "\n");
        text += len + (text[len] != '\0');
    }
    if (shown < lines)
        buf_fmt(out, "… %zu more" ERASE_LINE "\n", lines - shown);
    buf_str(out, ERASE_REST);
}
