#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints a program as a C array: embed.sh FILE NAME
set -e
printf '/* Made from %s; the bytes of runtime/stub. */\n' "$(basename "$1")"
printf 'const unsigned char %s[] = {\n' "$2"
od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
printf '};\nconst unsigned long %s_len = sizeof(%s);\n' "$2" "$2"
