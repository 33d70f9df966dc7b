# SPDX-License-Identifier: MIT
# Artefacts that are dear to make, kept outside the tree and keyed by what they are made of.

cache_root=${HAKO_TEST_CACHE:-${XDG_CACHE_HOME:-/var/cache}/hako-tests}

# cache_key FILE... -- PACKAGE...: a hash of the files' contents and the packages' versions.
cache_key() {
    local files=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        files+=("$1")
        shift
    done
    shift
    {
        cat "${files[@]}"
        [ $# -eq 0 ] || apt-cache policy "$@" | grep -E '^[^ ]|Candidate:'
    } | sha256sum | cut -c1-16
}

# cache_dir NAME KEY COMMAND...: prints the artefact's directory. Builds it when it is missing by
# running the command with the directory to fill as its last argument; what the command says goes
# to a log, shown when it fails. One builder at a time; an artefact appears whole or not at all.
cache_dir() {
    local name=$1 dir=$cache_root/$1-$2 lock temp
    shift 2
    mkdir -p "$cache_root"
    exec {lock}>"$cache_root/$name.lock"
    flock "$lock"
    if [ ! -d "$dir" ]; then
        temp=$(mktemp -d "$cache_root/.$name.XXXXXX")
        if ! "$@" "$temp" >"$temp.log" 2>&1 {lock}>&-; then
            echo "building $name failed:" >&2
            cat "$temp.log" >&2
            rm -rf --one-file-system "$temp" "$temp.log"
            exec {lock}>&-
            return 1
        fi
        mv "$temp.log" "$temp/build.log"
        chmod 755 "$temp"
        mv -T "$temp" "$dir"
    fi
    touch "$dir"
    find "$cache_root" -mindepth 1 -maxdepth 1 -type d -name "$name-*" -mtime +7 \
        -exec rm -rf --one-file-system {} +
    exec {lock}>&-
    echo "$dir"
}

# The Debian mirror that apt on this machine uses already.
cache_mirror() {
    local codename uri
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
        "Codename: $codename" | head -n 1)
    if [ -z "$uri" ]; then
        apt-get -qq update >&2 || return 1
        uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
            "Codename: $codename" | head -n 1)
    fi
    [ -n "$uri" ] && echo "${uri%/}"
}
