# SPDX-License-Identifier: MIT
# Archives made by peers load to the tree that umoci unpacks, and the store is one that peers read.
# Peers make and read what is compared, and the guest has none of them.
# bats file_tags=host-only
load ../lib/hako

setup_file() {
    hako_setup_file
    mkdir "$T/mnt"
    # Made here if need be: that takes longer than a test may.
    "$BATS_TEST_DIRNAME/fixture" small >"$T/small"
    "$BATS_TEST_DIRNAME/fixture" debian >"$T/debian"
}

image() { "$HAKO_BUILD/hako-image" "$1" --root "$store" "${@:2}"; }
fixture() { cat "$T/$1"; }

setup() {
    hako_setup
    store=$T/store
    rm -rf "$store"
}

# seen IMAGE COMMAND...: runs it with $T/mnt as its last argument, the image mounted there.
seen() { "$HAKO_BUILD/tests/image/with_image" "$store" "$1" "$T/mnt" "${@:2}" "$T/mnt"; }

# times_of LAYOUT: what umoci's unpacked tree has.
times_of() {
    umoci unpack --image "$1:latest" "$T/bundle" >/dev/null
    "$BATS_TEST_DIRNAME/times" "$T/bundle/rootfs"
    rm -rf "$T/bundle"
}

# same_tree FIXTURE ARCHIVE IMAGE
same_tree() {
    local dir times
    dir=$(fixture "$1")
    [ -f "$T/times.$1" ] || times_of "$dir/layout" >"$T/times.$1"
    image load -q -i "$dir/$2"
    diff "$dir/tree" <(seen "$3" "$BATS_TEST_DIRNAME/walk")
    diff "$T/times.$1" <(seen "$3" "$BATS_TEST_DIRNAME/times")
    [ "$store" != "$T/store" ] || rm -rf "$T/store"
}

@test "the small image is the same tree from every kind of archive" {
    same_tree small docker.tar hako.test/small
    same_tree small docker-oci.tar hako.test/small
    same_tree small oci-gzip.tar latest
    same_tree small oci-zstd.tar latest
}

# Stores of this size are removed when the file ends: ext4 is slow to reuse what was just deleted.
debian() {
    store=$T/debian.$1 same_tree debian "$1.tar" "$2"
}

@test "a real Debian of four layers is the same tree from docker-archive" {
    debian docker hako.test/debian
}

@test "a real Debian is the same tree from docker-archive with OCI files" {
    debian docker-oci hako.test/debian
}

@test "a real Debian is the same tree from OCI archive, gzip" {
    debian oci-gzip latest
}

@test "a real Debian is the same tree from OCI archive, zstd" {
    debian oci-zstd latest
}

@test "from standard input, and compressed as a whole" {
    local dir
    dir=$(fixture small)
    is "$(image load -q <"$dir/docker.tar")" "Loaded image: hako.test/small:latest"
    diff "$dir/tree" <(seen hako.test/small "$BATS_TEST_DIRNAME/walk")
    rm -rf "$T/store"
    cat "$dir/oci-zstd.tar" | image load -q -i -
    diff "$dir/tree" <(seen latest "$BATS_TEST_DIRNAME/walk")
    for tool in gzip zstd xz bzip2; do
        command -v $tool || continue
        rm -rf "$T/store"
        $tool -c <"$dir/oci-gzip.tar" >"$T/packed"
        image load -q -i "$T/packed"
        diff "$dir/tree" <(seen latest "$BATS_TEST_DIRNAME/walk")
        rm -rf "$T/store"
        image load -q <"$T/packed"
        diff "$dir/tree" <(seen latest "$BATS_TEST_DIRNAME/walk")
    done
}

@test "loading twice changes nothing" {
    local dir before
    dir=$(fixture small)
    image load -q -i "$dir/docker.tar"
    before=$(find "$T/store" -path "$T/store/tmp" -prune -o -type f ! -name index.json -printf '%p %i %T@\n' | sort)
    image load -i "$dir/docker.tar" 2>"$T/err"
    is "$(grep -c 'already there' "$T/err")" 5
    is "$(find "$T/store" -path "$T/store/tmp" -prune -o -type f ! -name index.json -printf '%p %i %T@\n' | sort)" "$before"
    is "$(jq '.manifests | length' "$T/store/images/index.json")" 1
}

@test "layers are stored once, whatever the archive" {
    local dir
    dir=$(fixture small)
    image load -q -i "$dir/docker.tar"
    ls "$T/store/layers" >"$T/before"
    image load -q -i "$dir/oci-gzip.tar"
    image load -q -i "$dir/oci-zstd.tar"
    # Images of one config are one image; the same layers under another config get at most the
    # layer that is the image's own.
    [ "$(ls "$T/store/layers" | comm -13 "$T/before" - | wc -l)" -le 1 ]
}

@test "output: one line a layer and nothing else off a terminal" {
    local dir
    dir=$(fixture small)
    is "$(image load -i "$dir/docker.tar" 2>"$T/err")" "Loaded image: hako.test/small:latest"
    is "$(grep -cE '^layer [0-9a-f]{12}  [0-9.]+[kMG]?B  unpacked$' "$T/err")" 5
    is "$(wc -l <"$T/err")" 5
    is "$(image load -q -i "$dir/docker.tar" 2>&1)" "Loaded image: hako.test/small:latest"
}

@test "output: a bar on a terminal" {
    local dir
    dir=$(fixture small)
    script -qec "stty cols 100; '$HAKO_BUILD/hako-image' load --root '$T/store' -i '$dir/docker.tar'" /dev/null >"$T/out" </dev/null
    has "$(tr '\r' '\n' <"$T/out")" "5/5 layers"
    grep -q 'Loading \[=' "$T/out"
    has "$(tr -d '\r' <"$T/out")" "Loaded image: hako.test/small:latest"
}

@test "an image without a name is called by its id" {
    local dir
    dir=$(fixture small)
    skopeo --insecure-policy copy -q "oci:$dir/layout:latest" "docker-archive:$T/nameless.tar"
    output=$(image load -q -i "$T/nameless.tar")
    [[ $output =~ ^Loaded\ image\ ID:\ sha256:[0-9a-f]{64}$ ]]
    seen "${output#*sha256:}" test -e
    rm "$T/nameless.tar"
}

@test "peers read the store" {
    local dir digest
    dir=$(fixture small)
    image load -q -i "$dir/oci-gzip.tar"
    image load -q -i "$dir/docker.tar"
    skopeo --insecure-policy inspect "oci:$T/store/images:hako.test/small:latest" >"$T/inspect"
    is "$(jq '.Layers | length' "$T/inspect")" 5
    umoci unpack --image "$T/store/images:hako.test/small:latest" "$T/bundle"
    diff "$dir/tree" <("$BATS_TEST_DIRNAME/walk" "$T/bundle/rootfs")
    rm -rf "$T/bundle"
    # The blobs are the archive's own, and each is what its name says.
    for digest in "$T"/store/images/blobs/sha256/*; do
        is "$(sha256sum <"$digest" | cut -d' ' -f1)" "${digest##*/}"
    done
}

@test "several images in one archive" {
    local dir
    dir=$(fixture small)
    cp -r "$dir/layout" "$T/layout"
    umoci tag --image "$T/layout:latest" second
    umoci config --image "$T/layout:second" --config.label other=yes
    tar -C "$T/layout" -cf "$T/two.tar" .
    is "$(image load -q -i "$T/two.tar" | sort)" "Loaded image: latest:latest
Loaded image: second:latest"
    diff "$dir/tree" <(seen second "$BATS_TEST_DIRNAME/walk")
    rm -rf "$T/layout" "$T/two.tar"
}

# An index for two platforms, one of which is not here at all.
make_index() {
    local layout=$1 manifest index
    cp -r "$(fixture small)/layout" "$layout"
    manifest=$(jq -c '.manifests[0] | del(.annotations)' "$layout/index.json")
    index=$(jq -nc --argjson m "$manifest" --arg d "sha256:$(printf '%064d' 0)" '
        {schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [
            {mediaType: $m.mediaType, digest: $d, size: 10, platform: {os: "linux", architecture: "other"}},
            ($m + {platform: {os: "linux", architecture: $ENV.arch}})]}')
    local sum
    sum=$(printf %s "$index" | sha256sum | cut -d' ' -f1)
    printf %s "$index" >"$layout/blobs/sha256/$sum"
    jq -nc --arg d "sha256:$sum" --argjson s "${#index}" '
        {schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.index.v1+json",
            digest: $d, size: $s, annotations: {"org.opencontainers.image.ref.name": "multi:1"}}]}' \
        >"$layout/index.json"
}

@test "a nested index: the platform is chosen" {
    export arch
    arch=$(dpkg --print-architecture)
    make_index "$T/layout"
    tar -C "$T/layout" -cf "$T/multi.tar" .
    is "$(image load -q -i "$T/multi.tar")" "Loaded image: multi:1"
    fails 1 image load -q --platform linux/mips -i "$T/multi.tar"
    has "$output" "no image for platform linux/mips"
    has "$output" "hint: the archive has: linux/other, linux/$arch"
    fails 1 image load -q --platform linux/other -i "$T/multi.tar"
    has "$output" "is not in the archive"
    fails 1 image load -q --platform nonsense -i "$T/multi.tar"
    has "$output" "expected OS/ARCH"
    rm -rf "$T/layout" "$T/multi.tar"
}

@test "--platform is what an archive of one image has, or there is an error" {
    local archive arch
    arch=$(dpkg --print-architecture)
    for archive in docker docker-oci oci-gzip; do
        fails 1 image load -q --platform linux/s390x -i "$(fixture small)/$archive.tar"
        has "$output" "$archive.tar: no image for platform linux/s390x"
        has "$output" "hint: the archive has: linux/$arch"
        image load -q --platform "linux/$arch" -i "$(fixture small)/$archive.tar"
        rm -rf "$store"
    done
}

@test "a reference of a tag alone is a name, as docker and podman have it" {
    is "$(image load -q -i "$(fixture small)/oci-gzip.tar")" "Loaded image: latest:latest"
}

@test "an archive of docker before 1.10 is told apart" {
    mkdir "$T/ancient"
    echo '{"old":{"1":"abc"}}' >"$T/ancient/repositories"
    tar -C "$T/ancient" -cf "$T/ancient.tar" .
    fails 1 image load -q -i "$T/ancient.tar"
    has "$output" "ancient.tar: saved by a docker older than 1.10"
    has "$output" "hint: "
    rm -rf "$T/ancient" "$T/ancient.tar"
}

@test "what cannot be opened is named once" {
    fails 1 image load -q -i "$T/nowhere.tar"
    is "$output" "hako-image: $T/nowhere.tar: open: No such file or directory"
    fails 1 image load -q -i "$T"
    is "$output" "hako-image: $T: read: Is a directory"
}

@test "docker's old layout: directories, and layers that are links to another's" {
    local dir=$T/old saved=$T/old/saved config layers
    mkdir -p "$saved"
    tar -C "$saved" -xf "$(fixture small)/docker.tar"
    config=$(jq -r '.[0].Config' "$saved/manifest.json")
    # The second layer twice: as a directory's own file, and as a link to that.
    layers=$(jq -r '.[0].Layers[]' "$saved/manifest.json")
    local n=0 l list=()
    for l in $layers; do
        n=$((n + 1))
        mkdir "$saved/$n"
        printf 1.0 >"$saved/$n/VERSION"
        printf '{"id":"%s"}' "$n" >"$saved/$n/json"
        mv "$(readlink -f "$saved/$l")" "$saved/$n/layer.tar"
        list+=("$n/layer.tar")
    done
    mkdir "$saved/copy"
    ln -s ../2/layer.tar "$saved/copy/layer.tar"
    list[1]=copy/layer.tar
    find "$saved" -maxdepth 1 -type l -delete
    jq -nc --arg c "$config" '[{Config: $c, RepoTags: ["old:1"], Layers: $ARGS.positional}]' \
        --args "${list[@]}" >"$saved/manifest.json"
    tar -C "$saved" -cf "$dir/old.tar" .
    image load -q -i "$dir/old.tar"
    diff "$(fixture small)/tree" <(seen old:1 "$BATS_TEST_DIRNAME/walk")
    rm -rf "$dir"
}

@test "a load that is killed leaves nothing but scratch, which the next one removes" {
    local dir i left
    dir=$(fixture small)
    image load -q -i "$dir/oci-zstd.tar" # so that the store is there
    rm -rf "$T/store/images/index.json" "$T"/store/layers/* "$T"/store/images/blobs/sha256/*
    for i in 200 400 800 1200 1600 1750 1800 1850 1900 1950 2000; do
        strace -f -o /dev/null -e trace=all -e inject=all:signal=KILL:when=$i \
            "$HAKO_BUILD/hako-image" load -q --root "$T/store" -i "$dir/docker.tar" >/dev/null 2>&1 || true
        [ ! -e "$T/store/images/index.json" ] || break
        "$HAKO_BUILD/tests/image/with_image" "$T/store" hako.test/small "$T/mnt" true && false
    done
    image load -q -i "$dir/docker.tar"
    is "$(ls "$T/store/tmp")" ""
    diff "$dir/tree" <(seen hako.test/small "$BATS_TEST_DIRNAME/walk")
    left=$(ls "$T/store/layers" | wc -l)
    rm -rf "$T/store"
    image load -q -i "$dir/docker.tar"
    is "$(ls "$T/store/layers" | wc -l)" "$left"
}

@test "loads at the same time" {
    local dir pids=() p
    dir=$(fixture small)
    for p in docker docker-oci oci-gzip oci-zstd docker; do
        image load -q -i "$dir/$p.tar" >/dev/null &
        pids+=($!)
    done
    for p in "${pids[@]}"; do wait "$p"; done
    is "$(ls "$T/store/tmp")" ""
    diff "$dir/tree" <(seen hako.test/small "$BATS_TEST_DIRNAME/walk")
    diff "$dir/tree" <(seen latest "$BATS_TEST_DIRNAME/walk")
}

@test "a full file system: an error, and nothing left" {
    mkdir "$T/full"
    mount -t tmpfs -o size=3m tmpfs "$T/full"
    fails 1 "$HAKO_BUILD/hako-image" load -q --root "$T/full/store" -i "$(fixture small)/docker.tar"
    has "$output" "No space left on device"
    is "$(find "$T/full/store/tmp" "$T/full/store/layers" "$T/full/store/images/blobs" -mindepth 1 ! -name sha256)" ""
    umount "$T/full"
}

@test "an interrupted load cleans up after itself" {
    local pid
    mkfifo "$T/fifo"
    "$HAKO_BUILD/hako-image" load --root "$store" -q -i "$T/fifo" 2>"$T/err" &
    pid=$!
    exec 9>"$T/fifo"
    head -c 2000000 "$(fixture small)/docker.tar" >&9
    kill -TERM "$pid"
    code=0
    wait "$pid" || code=$?
    exec 9>&-
    is "$code" 1
    has "$(cat "$T/err")" interrupted
    is "$(ls "$T/store/tmp")" ""
    rm "$T/fifo"
}
