#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Containers at a terminal: a real pty, its size, raw mode and back, detach keys, exec.

load ../lib/hako

setup_file() {
    hako_setup_file
    hako load -q -i "$("$HAKO_TOP/tests/image/fixture" small)/docker.tar"
    hako tag hako.test/small box
    export PATH=$HAKO_BUILD:$PATH
}

# Runs an expect script, read from standard input, with short words for what the tests do.
at_terminal() {
    expect -f - <<EXPECT
set timeout 60
proc must {what} {
    expect {
        -re \$what {}
        timeout { puts "\nno \$what in time"; exit 99 }
        eof { puts "\nthe end instead of \$what"; exit 98 }
    }
}
# The command's exit code becomes expect's own, unless it is not the one that is wanted.
proc ends {code} {
    expect { eof {} timeout { puts "\nno end in time"; exit 97 } }
    set got [lindex [wait] 3]
    if {\$got != \$code} { puts "\nexit code \$got, expected \$code"; exit 96 }
}
log_user 1
$(cat)
EXPECT
}

# bats test_tags=host-only
@test "-it is a terminal: echo, line editing, exit code" {
    at_terminal <<'X'
spawn hako run -it --rm --network none box sh
must {# }
send "tty; test -t 0 && test -t 1 && test -t 2 && echo all\r"
must {/dev/pts/0\r\n.*all\r\n}
send "stty -a\r"
must {isig icanon iexten echo }
send "exit 42\r"
ends 42
X
}

# bats test_tags=host-only
@test "interrupt and end of file are the container's" {
    at_terminal <<'X'
spawn hako run -it --rm --network none box sh
must {# }
send "sh -c 'echo up; sleep 100'\r"
must {\nup\r\n}
send "\003"
must {# }
send "\004"
ends 130
X
}

# bats test_tags=host-only
@test "it has the terminal's size, from the start and after a change" {
    at_terminal <<'X'
set stty_init "rows 33 columns 77"
spawn hako run -it --rm --network none box sh
must {# }
send "stty size\r"
must {33 77\r\n}
stty rows 40 columns 132 < $spawn_out(slave,name)
send "until stty size | grep '40 132'; do sleep 0.1; done\r"
must {\n40 132\r\n}
send "exit\r"
ends 0
X
}

# bats test_tags=host-only
@test "the terminal is as it was afterwards" {
    at_terminal <<'X'
spawn sh
must {[#$] $}
send "stty -g > $env(T)/before; hako run -it --rm --network none box true; stty -g > $env(T)/after\r"
must {[#$] $}
send "hako run -it --rm --network none box nosuch; stty -g > $env(T)/after-failure\r"
must {not found}
must {[#$] $}
send "exit\r"
ends 0
X
    cmp "$T/before" "$T/after"
    cmp "$T/before" "$T/after-failure"
}

# bats test_tags=host-only
@test "a signal that ends hako leaves the terminal as it was" {
    at_terminal <<'X'
spawn sh
must {[#$] $}
send "stty -g > $env(T)/before; hako run -it --name killed --sig-proxy=false --network none box sh -c 'echo up; sleep 100'; echo code $?; stty -g > $env(T)/after\r"
must {up\r\n}
exec sh -c {kill -TERM $(pgrep -f "^hako run -it --name killed" | head -1)}
must {code 143}
must {[#$] $}
send "exit\r"
ends 0
X
    cmp "$T/before" "$T/after"
    is "$(hako inspect -f '{{.State.Running}}' killed)" true
}

# bats test_tags=host-only
@test "ctrl-p ctrl-q detaches, attach comes back" {
    at_terminal <<'X'
spawn hako run -it --name detached --network none box sh
must {# }
send "echo one\020\020x"
must {one}
send "\020\021"
must {read escape sequence}
ends 0
spawn hako attach detached
send "\025echo back\r"
must {back\r\n}
send "exit 5\r"
ends 5
X
    is "$(hako inspect -f '{{.State.ExitCode}}' detached)" 5
}

# bats test_tags=host-only
@test "--detach-keys chooses other keys" {
    at_terminal <<'X'
spawn hako run -it --name keys --detach-keys ctrl-a,d --network none box sh
must {# }
send "\001d"
must {read escape sequence}
ends 0
X
    is "$(hako inspect -f '{{.State.Running}}' keys)" true
}

# bats test_tags=host-only
@test "start -ai brings a stopped shell back" {
    hako create -it --name again --network none box sh
    at_terminal <<'X'
spawn hako start -ai again
must {# }
send "exit 9\r"
ends 9
spawn hako start -ai again
must {# }
send "exit 8\r"
ends 8
X
}

# bats test_tags=host-only
@test "exec -it has a terminal of its own" {
    hako run -d --name execd --network none box sleep 100
    at_terminal <<'X'
set stty_init "rows 21 columns 99"
spawn hako exec -it execd sh
must {# }
send "stty size; tty\r"
must {21 99\r\n/dev/pts/}
stty rows 40 columns 132 < $spawn_out(slave,name)
send "until stty size | grep '40 132'; do sleep 0.1; done\r"
must {\n40 132\r\n}
send "exit 6\r"
ends 6
X
}

# bats test_tags=host-only
@test "exec -it can be left with the detach keys: its command goes on, whatever it prints" {
    hako run -d --name goes-on --network none box sleep 100
    at_terminal <<'X'
spawn hako exec -it goes-on sh -c {echo up; until test -e /go; do sleep 0.05; done; seq 100000; touch /printed; until test -e /stop; do sleep 0.05; done}
must {up\r\n}
send "\020\021"
must {read escape sequence}
ends 0
X
    hako exec goes-on touch /go
    wait_for 60 hako exec goes-on test -e /printed
    pgrep -x hako-exec
    hako exec goes-on touch /stop
    wait_for 60 eval '! pgrep -x hako-exec'
}

# bats test_tags=host-only
@test "what exec -it has left behind ends with the container" {
    hako run -d --name ends-too --network none box sleep 100
    at_terminal <<'X'
spawn hako exec -it --detach-keys ctrl-x ends-too sleep 200
send "\030"
must {read escape sequence}
ends 0
X
    wait_for 60 pgrep -f "^sleep 200"
    pgrep -x hako-exec
    hako rm -f ends-too
    wait_for 60 eval '! pgrep -x hako-exec'
}

# bats test_tags=host-only
@test "exec ends with its command, whatever that left at the terminal" {
    hako run -d --name left --network none box sleep 100
    at_terminal <<'X'
spawn hako exec -it left sh -c {trap "" HUP; sleep 30 & echo gone; exit 4}
must {gone}
ends 4
X
}

# bats test_tags=host-only
@test "-t without -i prints and takes nothing" {
    run hako run -t --rm --network none box sh -c 'test -t 1 && echo yes' </dev/null
    is "$(grep -v warning <<<"$output")" $'yes\r'
}
