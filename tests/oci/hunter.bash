# SPDX-License-Identifier: MIT
# For tests with a container whose process hunts (init's "hunt") for whatever joins it: load it after
# bundle.bash. What the hunter says is in $T/out.

# until_seen PATTERN COUNT COMMAND...: runs the command, which joins, that often, and on until the hunter has
# said such a line: how much it sees of each is a matter of luck.
until_seen() {
    local i
    for ((i = 0; i < $2 || i < 20 * $2; i++)); do
        [ "$i" -lt "$2" ] || ! grep -q "$1" "$T/out" || return 0
        "${@:3}" || return 1
    done
    grep -q "$1" "$T/out" || { echo "$i times in vain for: $1"; cat "$T/out"; return 1; }
}

# prey COMMAND...: ends the hunter by this command; what it got, in $output.
prey() {
    "$@"
    wait_for 60 grep -q looked "$T/out"
    output=$(sort -u "$T/out")
}
