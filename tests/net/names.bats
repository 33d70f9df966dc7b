#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Names and addresses as containers see them: DNS from the first instruction on, networks, NAT.

load ../lib/hako

I=hako.test/small:latest

setup_file() {
    hako_setup_file
    hako load -qi "$(fixture small)/docker.tar" >/dev/null
    # An outside: a namespace behind a veth pair, with the default route through it and a resolver.
    ip netns add outside
    ip link add up0 type veth peer name up1 netns outside
    ip addr add 198.51.100.1/24 dev up0
    ip link set up0 up
    ip -n outside addr add 198.51.100.2/24 dev up1
    ip -n outside link set up1 up
    ip -n outside link set lo up
    ip route add default via 198.51.100.2
    # Nobody to forward to unless a test says so.
    echo "# nobody" >"$T/resolv.conf"
    mount --bind "$T/resolv.conf" /etc/resolv.conf
    hako network create app >/dev/null
    hako network create back >/dev/null
    # Bridges come with the first container and stay.
    hako run --rm --network app --network back $I true 2>/dev/null
    hako run --rm $I true 2>/dev/null
}

teardown_file() {
    hako_remove_all
    hako network rm app back >/dev/null
    ip netns del outside
    umount /etc/resolv.conf
    hako_teardown_file
}

box() {
    local name=$1
    shift
    hako run -d --name "$name" "$@" 2>/dev/null
}
# resolver ADDRESS WRAPPER...: a DNS server on 0.0.0.0:53 that answers every query with ADDRESS.
resolver() {
    local address=$1
    shift
    "$@" perl -MIO::Socket::INET -MSocket -e '
        my $s = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 53, Proto => "udp") or die $!;
        open(my $f, ">", $ARGV[1]); close($f);
        while (defined(my $peer = $s->recv(my $m, 4096))) {
            substr($m, 12) =~ /^(.*?\0.{4})/s or next;
            $s->send(substr($m, 0, 2) . "\x81\x80\0\1\0\1\0\0\0\0$1\xc0\x0c\0\1\0\1\0\0\0\0\0\4" .
                inet_aton($ARGV[0]), 0, $peer);
        }' "$address" "$BATS_TEST_TMPDIR/ready" 3>&- &
    RESOLVER=$!
    wait_for 5 test -e "$BATS_TEST_TMPDIR/ready"
}
in_box() { hako run --rm "$@" 2>"$BATS_TEST_TMPDIR/err"; }
address() { hako inspect -f '{{(index .NetworkSettings.Networks "'"$2"'").IPAddress}}' "$1"; }

# bats test_tags=host-only
@test "a name resolves on the first try, in 20 fresh pairs, on a network and on the default one" {
    for i in $(seq 10); do
        for net in app bridge; do
            box db --network $net $I sleep 1000 >/dev/null
            is "$(in_box --network $net $I ping -c 1 -W 30 -q db | grep -c ' 0% packet loss')" 1
            hako rm -f db >/dev/null
        done
    done
}

# bats test_tags=host-only
@test "names, hostname, aliases, ids, with and without the network; reverse" {
    id=$(box db --network app --network-alias sql --hostname dbhost $I sleep 1000)
    ip=$(address db app)
    for name in db DB dbhost sql "${id:0:12}" db.app sql.app; do
        has "$(in_box --network app $I nslookup "$name")" "$ip" || { echo "$name"; return 1; }
    done
    has "$(in_box --network app $I nslookup "$ip")" "name = db.app"
    fails 1 in_box --network app $I nslookup nosuch
    has "$(hako exec db nslookup db)" "$ip"
    is "$(hako exec db hostname -i)" "$ip"
}

# bats test_tags=host-only
@test "a name that exists is NODATA, not NXDOMAIN, in other types; TCP; EDNS" {
    needs dig
    box db --network app $I sleep 1000
    ip=$(address db app)
    pid=$(hako inspect -f '{{.State.Pid}}' db)
    ask() { nsenter -t "$pid" -n dig +tries=1 +time=30 @127.0.0.11 "$@"; }
    has "$(ask AAAA db)" "status: NOERROR"
    has "$(ask AAAA db)" "ANSWER: 0"
    has "$(ask MX db)" "status: NOERROR"
    is "$(ask +short db)" "$ip"
    is "$(ask +tcp +short db)" "$ip"
    is "$(ask +noedns +short db)" "$ip"
    is "$(ask +short -x "$ip")" db.app.
    has "$(ask +tcp +keepopen db AAAA db A)" "$ip"
}

# bats test_tags=host-only
@test "removed names stop at once; a new owner is found at once" {
    box probe --network app $I sleep 1000
    box db --network app $I sleep 1000
    first=$(address db app)
    has "$(hako exec probe nslookup db)" "$first"
    hako rm -f db
    fails 1 hako exec probe nslookup db
    box db --network app --ip "$(sed 's/[0-9]*$/77/' <<<"$first")" $I sleep 1000
    has "$(hako exec probe nslookup db)" "$(sed 's/[0-9]*$/77/' <<<"$first")"
    hako stop -t 0 db
    fails 1 hako exec probe nslookup db
    hako start db
    hako exec probe nslookup db
}

# bats test_tags=host-only
@test "several holders of an alias all answer" {
    box one --network app --network-alias pool $I sleep 1000
    box two --network app --network-alias pool $I sleep 1000
    out=$(in_box --network app $I nslookup pool)
    has "$out" "$(address one app)"
    has "$out" "$(address two app)"
}

# bats test_tags=host-only
@test "networks are apart; a container on two sees both" {
    box db --network app $I sleep 1000
    box web --network back $I sleep 1000
    fails 1 in_box --network back $I nslookup db
    fails 1 in_box --network back $I ping -c 1 -W 1 "$(address db app)"
    in_box --network app --network back $I sh -c \
        'nslookup db && nslookup web && ping -c 1 -W 30 db && ping -c 1 -W 30 web'
}

# bats test_tags=host-only
@test "--network none, host, container:NAME" {
    is "$(in_box --network none $I ls /sys/class/net)" lo
    in_box --network none $I ping -c 1 -W 30 127.0.0.1
    is "$(in_box --network host $I sh -c 'ls /sys/class/net | grep -c ^up0$')" 1
    box db --network app --hostname dbhost $I sleep 1000
    is "$(in_box --network container:db $I hostname -i)" "$(address db app)" ||
        is "$(in_box --network container:db $I cat /etc/hosts)" "$(hako exec db cat /etc/hosts)"
    is "$(in_box --network container:db $I cat /etc/resolv.conf)" "$(hako exec db cat /etc/resolv.conf)"
    is "$(in_box --network container:db $I readlink /proc/self/ns/net)" \
        "$(hako exec db readlink /proc/self/ns/net)"
    hako stop -t 0 db
    fails 125 hako run --rm --network container:db $I true
    has "$output" "non running container"
}

# bats test_tags=host-only
@test "--ip: that address, refused when taken or foreign" {
    box db --network app $I sleep 1000
    ip=$(address db app)
    fails 125 hako run --rm --network app --ip "$ip" $I true
    has "$output" "Address already in use"
    fails 125 hako run --rm --network app --ip 203.0.113.9 $I true
    want=$(sed 's/[0-9]*$/99/' <<<"$ip")
    has "$(in_box --network app --ip "$want" $I ip addr show eth0)" "$want/"
}

# bats test_tags=host-only
@test "--mac-address, --add-host, --dns-search" {
    has "$(in_box --network app --mac-address 02:42:00:00:00:77 $I ip link show eth0)" 02:42:00:00:00:77
    is "$(in_box --add-host extra:192.0.2.5 $I sh -c 'grep extra /etc/hosts | tr "\t" " "')" "192.0.2.5 extra"
    has "$(in_box --dns-search example.net $I cat /etc/resolv.conf)" "search example.net"
    has "$(in_box $I cat /etc/resolv.conf)" "nameserver 127.0.0.11"
}

# bats test_tags=host-only
@test "other names go to the resolver outside, the host's or --dns" {
    resolver 192.0.2.53 ip netns exec outside
    echo "nameserver 198.51.100.2" >"$BATS_TEST_TMPDIR/resolv.conf"
    mount --bind "$BATS_TEST_TMPDIR/resolv.conf" /etc/resolv.conf
    has "$(in_box --network app $I nslookup www.example.com)" 192.0.2.53
    umount /etc/resolv.conf
    has "$(in_box --network app --dns 198.51.100.2 $I nslookup www.example.com)" 192.0.2.53
    fails 1 in_box --network app --dns 198.51.100.77 $I nslookup nosuchname
    kill "$RESOLVER"
}

@test "NAT: traffic to the outside has the host's address" {
    in_box --network app $I ping -c 1 -W 30 198.51.100.2
    ip netns exec outside perl -MIO::Socket::INET -e \
        '$s = IO::Socket::INET->new(LocalPort => 9000, Listen => 1, ReuseAddr => 1) or die;
         $c = $s->accept; print $c->peerhost, "\n"' >"$BATS_TEST_TMPDIR/seen" 3>&- &
    wait_for 5 bash -c "ip netns exec outside ss -ltn | grep -q :9000"
    in_box --network app $I sh -c 'echo hello | nc -w 30 198.51.100.2 9000' || true
    wait_for 5 grep -q . "$BATS_TEST_TMPDIR/seen"
    is "$(cat "$BATS_TEST_TMPDIR/seen")" 198.51.100.1
}

# bats test_tags=host-only
@test "a firewall of the host that drops what is forwarded is told of when a network comes up" {
    needs nft
    nft 'add table ip host; add chain ip host FORWARD { type filter hook forward priority 0; policy drop; }'
    hako network create walled >/dev/null
    hako run --rm --network walled $I true 2>"$BATS_TEST_TMPDIR/err"
    has "$(cat "$BATS_TEST_TMPDIR/err")" "network walled: the host's firewall drops what no rule of it lets pass (table ip host, chain FORWARD)"
    lacks "$(hako run --rm --network walled $I true 2>&1)" firewall
    nft 'delete table ip host'
    hako network rm walled
}

# bats test_tags=host-only
@test "the outside cannot reach a container's address by itself" {
    box db --network app $I nc -l -p 9000
    ip=$(address db app)
    ip -n outside route add "${ip%.*}.0/24" via 198.51.100.1
    fails 1 ip netns exec outside ping -c 1 -W 1 "$ip"
    ip -n outside route del "${ip%.*}.0/24"
}

@test "a container runs a DNS server of its own on 0.0.0.0:53" {
    box db --network app $I sleep 1000
    box dns --network app $I sleep 1000
    ip=$(address dns app)
    resolver 192.0.2.99 nsenter -n -t "$(hako inspect -f '{{.State.Pid}}' dns)"
    has "$(hako exec dns nslookup db)" "$(address db app)"
    has "$(hako exec db nslookup www.example.com "$ip")" 192.0.2.99
    has "$(hako exec dns nslookup www.example.com 127.0.0.1)" 192.0.2.99
    has "$(hako exec dns nslookup db 127.0.0.11)" "$(address db app)"
    kill "$RESOLVER"
}

# bats test_tags=host-only
@test "two roots do not see each other" {
    box db --network bridge $I sleep 1000
    (
        export HAKO_ROOT=$T/lib2 HAKO_RUNROOT=$T/run2
        hako load -qi "$(fixture small)/docker.tar" >/dev/null
        is "$(hako ps -aq)" ""
        fails 1 hako inspect db
        fails 1 hako run --rm $I nslookup db
        hako run -d --name db $I sleep 1000
        is "$(hako ps -q | wc -l)" 1
        hako rm -f db
    )
    is "$(hako ps -q | wc -l)" 1
    rm -rf --one-file-system "$T/lib2" "$T/run2"
}

# bats test_tags=host-only
@test "ten containers at once get ten addresses and leave none" {
    local pids=() addresses
    for i in $(seq 10); do
        "$HAKO_BUILD/hako" run -d --name ten$i --network app $I sleep 1000 >/dev/null 2>&1 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}" # not for bats's own timer
    addresses=$(for i in $(seq 10); do address ten$i app; done)
    is "$(sort -u <<<"$addresses" | grep -c .)" 10
    hako rm -f ten{1..10}
    is "$(find "$HAKO_RUNROOT/networks" -type f | wc -l)" 0
}
