# SPDX-License-Identifier: MIT
# Archives that must be refused, naming archive and entry, and leave nothing behind.
# Parsing does not depend on the kernel, and the guest takes minutes for these archives.
# bats file_tags=host-only
load ../lib/hako

setup_file() {
    hako_setup_file
    mkdir "$T/bad"
    "$BATS_TEST_DIRNAME/hostile" "$T/bad" >"$T/list"
    "$BATS_TEST_DIRNAME/fixture" small >"$T/small"
    image load -q -i "$(cat "$T/small")/docker.tar"
    touch "$T/witness"
}

image() { "$HAKO_BUILD/hako-image" "$1" --root "$HAKO_ROOT" "${@:2}"; }

# Everything in the store but the lock.
store_state() { find "$HAKO_ROOT" -type f -printf '%P %s %T@\n' -o -printf '%P\n' | sort; }

# refused FILE WORDS [ARGUMENT...]: by -i, or as ARGUMENTs say.
refused() {
    local file=$1 words=$2 before after word name
    before=$(store_state)
    if [ "${3:-}" = stdin ]; then
        fails 1 image load -q <"$T/bad/$file"
        name="standard input"
    else
        fails 1 image load -q -i "$T/bad/$file"
        name=$T/bad/$file
    fi
    has "$output" "$name: "
    # Of words in two groups for one reason either may be said.
    IFS='|' read -ra list <<<"$words"
    for word in "${list[@]}"; do
        [[ "$file" == outer-cut.tar ]] || has "${output,,}" "${word,,}"
    done
    [ "$(wc -l <<<"$output")" -le 2 ]
    after=$(store_state)
    is "$after" "$before"
}

@test "every hostile archive is refused from a file" {
    local file words
    while IFS=$'\t' read -r file words; do
        echo "# $file"
        refused "$file" "$words"
    done <"$T/list"
}

@test "and from standard input, before anything large has been copied" {
    local file words
    while IFS=$'\t' read -r file words; do
        echo "# $file"
        refused "$file" "$words" stdin
    done <"$T/list"
}

@test "a good archive that follows is loaded" {
    python3 - "$T/bad/good.tar" <<'PY'
import hashlib, io, json, sys, tarfile
def add(t, name, data=b"", **kw):
    i = tarfile.TarInfo(name); i.size = len(data)
    for k, v in kw.items(): setattr(i, k, v)
    t.addfile(i, io.BytesIO(data))
out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
    add(t, "etc", type=tarfile.DIRTYPE, mode=0o755)
    add(t, "out", type=tarfile.SYMTYPE, linkname="/etc")
    add(t, "up", type=tarfile.SYMTYPE, linkname="../../../../../../etc")
    add(t, "out/pwned-by-load", b"1")
    add(t, "up/pwned-by-load-too", b"2")
    add(t, "nfd-e\u0301", b"3")
layer = out.getvalue()
config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers",
    "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
with tarfile.open(sys.argv[1], "w") as t:
    add(t, "c.json", config)
    add(t, "l/layer.tar", layer)
    add(t, "manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["good:1"],
                                         "Layers": ["l/layer.tar"]}]).encode())
PY
    is "$(image load -q -i "$T/bad/good.tar")" "Loaded image: good:1"
    [ ! -e /etc/pwned-by-load ] && [ ! -e /etc/pwned-by-load-too ]
    mkdir -p "$T/mnt"
    is "$("$HAKO_BUILD/tests/image/with_image" "$HAKO_ROOT" good:1 "$T/mnt" \
        sh -c 'cat "$1"/etc/pwned-by-load "$1"/etc/pwned-by-load-too "$1"/nfd-*; ls "$1" | grep nfd | od -An -tx1' \
        - "$T/mnt")" "123 6e 66 64 2d 65 cc 81 0a"
}

@test "what is not there, or no file" {
    fails 1 image load -i "$T/bad/nothing.tar"
    is "$output" "hako-image: $T/bad/nothing.tar: open: No such file or directory"
    fails 1 image load -i "$T/bad"
    has "$output" "Is a directory"
}
