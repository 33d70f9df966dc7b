# SPDX-License-Identifier: MIT
# For tests that change the whole guest, and those that would see it: files run side by side.
#
# `bfq`: its module, which has weights in another file of every group. `swap`: there is some. `hugepages`:
# how many there are.

# keep WHAT: until the test ends nobody changes it. change WHAT: until then nobody counts on it.
keep() { hold "$1" --shared; }
change() { hold "$1" --exclusive; }

hold() {
    local fd
    exec {fd}>"${TMPDIR:-/tmp}/whole.$1"
    flock --timeout 500 "$2" "$fd"
}
