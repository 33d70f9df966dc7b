/* SPDX-License-Identifier: MIT */
/* What an errno means, in the same words whichever libc a program is linked with. */
#pragma once

/* glibc's words for it, which users and engines look for; never NULL. */
const char *errno_text(int errnum);
