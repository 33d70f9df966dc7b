# SPDX-License-Identifier: MIT
# A real server and its client, a hundred times: the name is there from the first instruction.
# The guest has no image of this size.
# bats file_tags=host-only
load ../lib/hako

I=hako.test/debian

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture debian)/oci-zstd.tar" >/dev/null
    hako tag latest $I
    hako network create app >/dev/null
    hako run --rm --network app $I true 2>/dev/null # bridges come with the first container
}

teardown_file() {
    hako_remove_all
    hako network rm app >/dev/null
    hako_teardown_file
}

# serve NETWORK: redis named db, once it says that it accepts connections.
serve() {
    hako run -d --name db --network "$1" $I redis-server --bind 0.0.0.0 --protected-mode no \
        >/dev/null 2>&1
    wait_for 10 ready
}
ready() { [[ $(hako logs db 2>&1) == *"Ready to accept connections"* ]]; }
ping_db() { hako run --rm --network "$1" $I redis-cli -h db ping 2>&1; }

# Every tenth pair is on a network that was not there before.
@test "redis-cli -h db ping answers PONG on its first try in 100 of 100 fresh pairs" {
    local i net answer pong=0
    for i in {1..100}; do
        net=app
        [ $((i % 10)) -ne 0 ] || { net=fresh$i && hako network create $net >/dev/null; }
        serve $net
        answer=$(ping_db $net)
        [[ $answer == *PONG ]] && pong=$((pong + 1)) || echo "pair $i on $net: $answer"
        hako rm -f db >/dev/null
        [ $net = app ] || hako network rm $net >/dev/null
    done
    is $pong 100
}

@test "a removed server stops resolving at once" {
    serve app
    has "$(ping_db app)" PONG
    hako rm -f db >/dev/null
    has "$(ping_db app)" "Could not connect"
    fails 2 hako run --rm --network app $I getent hosts db
}

# An answer of its own to every question, with the name's bytes as they came.
SERVER='
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 53))
print("ready", flush=True)
while True:
    q, peer = s.recvfrom(4096)
    end = q.index(b"\0", 12) + 5
    s.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:end] +
             b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\xc0\0\2\x63", peer)
'
dns_ready() { [ "$(hako logs dns 2>/dev/null)" = ready ]; }

@test "a container runs its own DNS server on 0.0.0.0:53, beside the names" {
    hako run -d --name dns --network app $I python3 -c "$SERVER" >/dev/null 2>&1
    wait_for 10 dns_ready
    serve app
    local ip
    ip=$(hako inspect -f '{{.NetworkSettings.Networks.app.IPAddress}}' dns)
    is "$(hako exec db dig +short +tries=1 +time=30 @dns www.example.com)" 192.0.2.99
    is "$(hako exec db dig +short +tries=1 +time=30 "@$ip" www.example.com)" 192.0.2.99
    is "$(hako exec dns dig +short +tries=1 +time=30 @127.0.0.1 www.example.com)" 192.0.2.99
    is "$(hako exec dns dig +short +tries=1 +time=30 dns)" "$ip"
    has "$(hako exec dns redis-cli -h db ping)" PONG
}
