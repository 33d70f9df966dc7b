/* SPDX-License-Identifier: MIT */
/* Tables that only a command's own process needs, and how a long-lived one gives them back. */
#pragma once

/*
 * A table of pointers is relocated when the program starts, which makes each of its pages private
 * to the process. cold.ld puts the tables of the command line on pages of their own. After this
 * call those pages take no memory, and whoever touches them gets SIGSEGV. Nothing happens in
 * programs that are linked without cold.ld.
 */
void cold_drop(void);
