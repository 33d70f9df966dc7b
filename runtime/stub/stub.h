/* SPDX-License-Identifier: MIT */
/* The bytes of the program that runtime/stub/stub.c is built into. */
#pragma once

extern const unsigned char stub_bytes[];
extern const unsigned long stub_bytes_len;
