#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Volumes: named ones, an image's own, what fills them, who may remove them, and when they go.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
    image_with_volume
}

# The small image with one more layer, and with VOLUME /data.
image_with_volume() {
    local dir=$T/image layer=$T/layer config
    mkdir -p "$dir" "$layer/data/sub"
    tar -C "$dir" -xf "$(fixture small)/docker.tar"
    touch "$layer/data/kept"
    printf 'of the image' >"$layer/data/sub/file"
    chown 12 "$layer/data/sub/file"
    chmod 640 "$layer/data/sub/file"
    chown 11 "$layer/data"
    chmod 750 "$layer/data"
    tar -C "$layer" -cf "$dir/volume.tar" data
    config=$(jq -r '.[0].Config' "$dir/manifest.json")
    jq -c --arg d "sha256:$(sha256sum <"$dir/volume.tar" | cut -d' ' -f1)" \
        '.rootfs.diff_ids += [$d] | .config.Volumes = {"/data": {}}' "$dir/$config" >"$dir/config"
    jq -c '.[0] | .Config = "config" | .RepoTags = ["with-volumes:latest"] |
        .Layers += ["volume.tar"] | [.]' "$dir/manifest.json" >"$dir/manifest"
    mv "$dir/manifest" "$dir/manifest.json"
    tar -C "$dir" -cf "$T/volumes.tar" .
    hako load -qi "$T/volumes.tar"
    rm -rf "$dir" "$layer" "$T/volumes.tar"
}

teardown() {
    hako_remove_all
    hako volume ls -q | xargs -r "$HAKO_BUILD/hako" volume rm >/dev/null
    hako_teardown
}

in_box() { hako run --rm --network none "$@" 2>"$BATS_TEST_TMPDIR/err"; }
names() { hako volume ls -q | xargs; }

# bats test_tags=host-only
@test "a named volume outlives its containers, and is made when first named" {
    in_box -v data:/d $I sh -c 'echo kept >/d/file'
    is "$(in_box -v data:/d $I cat /d/file)" kept
    is "$(in_box --mount type=volume,src=data,dst=/other,ro $I cat /other/file)" kept
    fails 1 hako run --rm --network none -v data:/d:ro $I touch /d/no
    is "$(names)" data
    is "$(hako volume inspect -f '{{.Name}} {{.Driver}} {{.Mountpoint}}' data)" \
        "data local $HAKO_ROOT/volumes/data/_data"
    is "$(cat "$HAKO_ROOT/volumes/data/_data/file")" kept
}

# bats test_tags=host-only
@test "create, ls, inspect, rm" {
    is "$(hako volume create --label team=red one)" one
    hako volume create one # is there
    [[ $(hako volume create) =~ ^[0-9a-f]{64}$ ]]
    is "$(hako volume ls -q -f label=team=red)" one
    is "$(hako volume ls -q -f name=on | head -1)" one
    is "$(hako volume ls --format '{{.Driver}} {{.Name}} {{.Label "team"}}' -f name=one)" "local one red"
    has "$(hako volume ls)" "VOLUME NAME"
    hako volume inspect one | jq -e '.[0] | .Name == "one" and .Labels.team == "red" and
        .Scope == "local" and (.CreatedAt | startswith("20"))'
    is "$(hako inspect -f '{{.Name}}' --type volume one)" one
    is "$(hako volume rm one)" one
    fails 1 hako volume rm one
    is "$output" "hako: get one: no such volume"
    hako volume rm -f one
    fails 1 hako volume inspect one
    fails 1 hako volume inspect ../images
    fails 1 hako volume create 'a b'
    fails 1 hako volume create -d nfs x
}

# bats test_tags=host-only
@test "one that a container mounts is not removed" {
    hako create --name vol-user --network none -v used:/d $I true
    is "$(names)" used
    fails 1 hako volume rm used
    is "$(head -1 <<<"$output")" \
        "hako: remove used: volume is in use - [$(hako inspect -f '{{.Id}}' vol-user)]"
    is "$(hako volume ls -q -f dangling=true)" ""
    is "$(hako inspect -f '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}}{{end}}' vol-user)" \
        "volume used /d true"
    hako rm -v vol-user
    is "$(hako volume ls -q -f dangling=true)" used
}

# bats test_tags=host-only
@test "an empty volume gets what the image has there, with owners and modes" {
    is "$(in_box -v filled:/data with-volumes stat -c '%U:%u %a' /data /data/sub/file)" \
        "UNKNOWN:11 750
UNKNOWN:12 640"
    is "$(in_box -v filled:/other with-volumes cat /other/sub/file)" "of the image"
    in_box -v filled:/data with-volumes rm -r /data/sub
    is "$(in_box -v filled:/data with-volumes ls /data)" kept # not empty: left alone
    is "$(in_box -v bare:/data:nocopy with-volumes ls /data)" ""
    is "$(in_box --mount type=volume,src=bare2,dst=/data,volume-nocopy with-volumes ls /data)" ""
    # not a directory in the image: an empty volume
    is "$(in_box -v odd:/no/such/place with-volumes ls /no/such/place)" ""
}

# bats test_tags=host-only
@test "an image's VOLUME is an anonymous volume" {
    local name
    hako run -d --name vol-image --network none with-volumes sleep 1000
    name=$(hako inspect -f '{{range .Mounts}}{{.Name}}{{end}}' vol-image)
    [[ $name =~ ^[0-9a-f]{64}$ ]]
    is "$(names)" "$name"
    is "$(hako exec vol-image cat /data/sub/file)" "of the image"
    hako exec vol-image sh -c 'echo more >/data/more'
    is "$(cat "$HAKO_ROOT/volumes/$name/_data/more")" more
    hako stop -t 0 vol-image
    hako start vol-image
    is "$(hako exec vol-image cat /data/more)" more
    hako rm -f vol-image # without -v it stays
    is "$(names)" "$name"
    # the user's own mount is instead of it
    in_box --tmpfs /data with-volumes true
    in_box -v "$T:/data" with-volumes true
    is "$(names)" "$name"
}

# bats test_tags=host-only
@test "anonymous volumes go with --rm and rm -v, unless another container has them" {
    local name
    in_box -v /anonymous with-volumes true
    is "$(names)" ""
    hako create --name vol-a --network none -v /x -v named:/y $I true
    hako rm -v vol-a
    is "$(names)" named
    hako create --name vol-b --network none -v /x $I true
    name=$(hako inspect -f '{{range .Mounts}}{{.Name}}{{end}}' vol-b)
    hako create --name vol-c --network none -v "$name:/y" $I true
    hako rm -v vol-b
    has "$(names)" "$name"
    hako rm -v vol-c # it is named there
    has "$(names)" "$name"
}

# bats test_tags=host-only
@test "a run that fails leaves no volume; neither does a killed one with --rm" {
    fails 127 hako run --network none -v /x with-volumes nosuch
    is "$(names)" ""
    hako run -d --rm --name vol-killed --network none with-volumes sleep 1000
    kill -KILL "$(hako inspect -f '{{.State.MonitorPid}}' vol-killed)"
    wait_for 60 eval '! hako inspect vol-killed'
    is "$(names)" ""
    is "$(ls -A "$HAKO_ROOT/volumes")" ""
}

# bats test_tags=host-only
@test "names and paths that are none" {
    fails 125 hako run --rm -v a:/x $I true
    has "$output" "is no volume name"
    fails 125 hako run --rm -v 'rel/dir!:x' $I true
    fails 125 hako run --rm -v data:/ $I true
    fails 125 hako run --rm -v data:/d -v other:/d $I true
    has "$output" "Duplicate mount point: /d"
    is "$(names)" ""
}
