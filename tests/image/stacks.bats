# SPDX-License-Identifier: MIT
# Hard links to files of lower layers: the same tree as umoci's, which unpacks layer upon layer.
# The guest has no umoci.
# bats file_tags=host-only
load ../lib/hako

setup_file() {
    hako_setup_file
    mkdir "$T/mnt"
    "$BATS_TEST_DIRNAME/stacks" "$T"
}

image() { "$HAKO_BUILD/hako-image" "$1" --root "$HAKO_ROOT" "${@:2}"; }
seen() { "$HAKO_BUILD/tests/image/with_image" "$HAKO_ROOT" "$1" "$T/mnt" "${@:2}" "$T/mnt"; }

@test "links to files below" {
    umoci unpack --image "$T/links:latest" "$T/links.out" >/dev/null
    tar -C "$T/links" -cf "$T/links.tar" .
    image load -q -i "$T/links.tar"
    diff <("$BATS_TEST_DIRNAME/walk" "$T/links.out/rootfs") <(seen latest "$BATS_TEST_DIRNAME/walk")
    # the layer is in the store already, and is the same again
    hako tag latest other
    hako rmi latest
    image load -q -i "$T/links.tar"
    diff <("$BATS_TEST_DIRNAME/walk" "$T/links.out/rootfs") <(seen latest "$BATS_TEST_DIRNAME/walk")
}

@test "a layer's links under another image, whose files are others" {
    umoci unpack --image "$T/swapped:latest" "$T/swapped.out" >/dev/null
    tar -C "$T/swapped" -cf "$T/swapped.tar" .
    image load -q -i "$T/swapped.tar"
    diff <("$BATS_TEST_DIRNAME/walk" "$T/swapped.out/rootfs") <(seen latest "$BATS_TEST_DIRNAME/walk")
}

@test "links in place of links" {
    umoci unpack --image "$T/relinked:latest" "$T/relinked.out" >/dev/null
    tar -C "$T/relinked" -cf "$T/relinked.tar" .
    image load -q -i "$T/relinked.tar"
    diff <("$BATS_TEST_DIRNAME/walk" "$T/relinked.out/rootfs") <(seen latest "$BATS_TEST_DIRNAME/walk")
}

@test "links to what is not there, not even below" {
    local name
    hako images -q | xargs -r "$HAKO_BUILD/hako" rmi -f
    for name in missing directory out hidden; do
        tar -C "$T/$name" -cf "$T/$name.tar" .
        fails 1 image load -q -i "$T/$name.tar"
        has "$output" "$name.tar: "
        has "$output" "entry bad: hard link to "
        is "$(hako images -q)" ""
        is "$(ls "$HAKO_ROOT/layers" "$HAKO_ROOT/tmp" | grep -c '^[0-9a-f]')" 0
    done
}
