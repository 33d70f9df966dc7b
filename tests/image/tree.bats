# SPDX-License-Identifier: MIT
# A real Debian of four layers, loaded from each kind of archive, is in a running container the
# tree that `umoci unpack` makes: types, modes, owners, xattrs, links, sizes, hashes.
# The guest has no image of this size.
# bats file_tags=host-only
load ../lib/hako

setup_file() {
    hako_setup_file
    fixture debian >"$T/debian" # made here if need be: that takes longer than a test may
}

# The container's own root mount, without what is mounted on it, walked by its own python3. What
# the runtime mounts on needs a place: files that the image does not have are made for it.
container_walk() {
    {
        # mount(8) would leave a directory in /run.
        echo 'import ctypes; MS_BIND = 4096'
        echo 'assert ctypes.CDLL(None).mount(b"/", b"/mnt", None, MS_BIND, None) == 0'
        cat "$BATS_TEST_DIRNAME/walk"
    } | nsenter -m -t "$(hako inspect -f '{{.State.Pid}}' tree)" python3 -IB - /mnt
}
placed() { grep -vE ' /etc/(hosts|hostname|resolv\.conf)$' "$@"; }

same_tree() {
    local dir
    dir=$(<"$T/debian")
    HAKO_ROOT=$T/$1 HAKO_RUNROOT=$T/$1-run
    export HAKO_ROOT HAKO_RUNROOT
    hako load -qi "$dir/$1.tar"
    hako run -d --name tree --network none "$2" sleep 1000
    diff <(placed "$dir/tree") <(container_walk | placed)
    hako rm -f tree
}

@test "from docker-archive" {
    same_tree docker hako.test/debian
}

@test "from OCI archive, gzip" {
    same_tree oci-gzip latest
}

@test "from OCI archive, zstd" {
    same_tree oci-zstd latest
}
