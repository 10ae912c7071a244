# shellcheck shell=bash
# What a rule against INVALID segments may cut: connections of which this host sees half, resets that somebody has to hear,
# connections of the host's own. Sourced after invalid.sh. Each `*_stage` is called after `stage`, and `ask` then connects.

# No container minds by which way a packet comes.
# shellcheck disable=SC2034 # lab.sh reads it
rp_filter=0

# rehearse: only the containers' own networks are translated, and INVALID segments on their way through are counted.
rehearse() {
    nft -f - <<'EOF'
flush chain inet nat post
add rule inet nat post oifname "uplink" ip saddr 10.89.0.0/16 ip daddr != 198.51.100.0/24 masquerade
add rule inet nat post oifname "uplink" ip6 saddr fd00:89::/32 ip6 daddr != 2001:db8:51::/64 masquerade
table inet seen {
    counter forwarded { }
    counter arrived { }
    chain forward { type filter hook forward priority -1; meta l4proto tcp ct state invalid counter name forwarded; }
    chain input { type filter hook input priority -1; meta l4proto tcp ct state invalid counter name arrived; }
}
EOF
    bridged 0
    sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.br1.send_redirects=0
    # IPv6 has no such switch.
    ip netns exec c sysctl -qw net.ipv6.conf.eth0.accept_redirects=0
    ip -n far route add 10.89.0.0/16 via "${up4:?}"
    ip -n far route add fd00:89::/32 via "${up6:?}"
}

# saw COUNTER: whether the situation is what it is meant to be.
saw() { [[ $(nft -j list counter inet seen "$1" | jq '.nftables[].counter.packets // empty') != 0 ]]; }

# got NAME ADDRESS PORT: how many of five connections succeed.
got() {
    local ok=0
    for _ in 1 2 3 4 5; do ! greeted "$@" || ok=$((ok + 1)); done
    echo "$ok"
}

# greeted NAME ADDRESS PORT: with more patience than where losses are counted.
greeted() { reply_timeout=3 tcp_once "$@"; }

# ask KIND FAMILY: five connections of the kind.
ask() {
    case $1$2 in
    half4) got far 203.0.113.5 80 ;;
    half6) got far 2001:db8:99::5 80 ;;
    bystander4) got desk 10.8.0.2 80 ;;
    bystander6) got desk fd00:8::2 80 ;;
    siblings4) got c 10.89.1.6 80 ;;
    siblings6) got c fd00:89:1::6 80 ;;
    bridges4) got c 10.89.2.6 80 ;;
    bridges6) got c fd00:89:2::6 80 ;;
    answers4 | requests4) got far 10.89.1.5 80 ;;
    answers6 | requests6) got far fd00:89:1::5 80 ;;
    esac
}

# A server in the container on an address of another link. Its answers go by the bridge, so the host sees these alone.
half_stage() {
    ip -n far link add direct type veth peer name eth9 netns c
    ip -n far link set direct up
    ip -n c link set eth9 up
    ip -n c addr add 203.0.113.5/24 dev eth9
    ip -n c addr add 2001:db8:99::5/64 dev eth9 nodad
    ip -n far route add 203.0.113.5 dev direct src "${far4:?}"
    ip -n far route add 2001:db8:99::5 dev direct src "${far6:?}"
    serve c
}

# Two machines on the container's bridge, of which one is a router to `peer`: what the other sends there comes by the host,
# what `peer` answers does not.
bystander_stage() {
    local name
    for name in desk router; do container $name; done
    attach desk 1 e0 20
    ip netns exec desk sysctl -qw net.ipv6.conf.e0.accept_redirects=0
    attach router 1 e0 2
    ip netns add peer
    ip -n peer link set lo up
    ip netns exec peer sysctl -qw net.ipv6.conf.default.accept_dad=0
    ip -n router link add tun0 type veth peer name tun0 netns peer
    ip -n router addr add 10.8.0.1/24 dev tun0
    ip -n router addr add fd00:8::1/64 dev tun0 nodad
    ip -n peer addr add 10.8.0.2/24 dev tun0
    ip -n peer addr add fd00:8::2/64 dev tun0 nodad
    for name in router peer; do ip -n $name link set tun0 up; done
    ip netns exec router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    ip -n peer route add default via 10.8.0.1
    ip -n peer -6 route add default via fd00:8::1
    ip route add 10.8.0.0/24 via 10.89.1.2
    ip route add fd00:8::/64 via fd00:89:1::2
    serve peer
}

# Two containers of one bridge, of which one reaches the other by way of the host.
siblings_stage() {
    container d
    attach d 1 eth0 6
    ip -n c route add 10.89.1.6 via 10.89.1.1
    ip -n c route add fd00:89:1::6 via fd00:89:1::1
    serve d
}

# A container on two bridges is asked by way of the host, and answers without it.
bridges_stage() {
    container d
    network 2
    attach d 1 eth0 6
    attach d 2 eth1 6
    serve d
}

# raw_chain RULE: one direction of a container's server is not tracked.
raw_chain() { nft "add table inet raw; add chain inet raw pre { type filter hook prerouting priority raw; }; add rule inet raw pre $1 notrack"; }

answers_stage() {
    serve c
    raw_chain 'iifname "br1" tcp sport 80'
}

requests_stage() {
    serve c
    raw_chain 'iifname "uplink" tcp dport 80'
}

# segment NAME ADDRESS FLAGS: one TCP segment without a checksum, which makes it INVALID.
segment() {
    local header='\x00\x50\x9c\x40\x00\x00\x00\x01\x00\x00\x00\x01\x50\x'$3'\x04\x00\x00\x00\x00\x00'
    printf '%b' "$header" | ip netns exec "$1" socat -u - "IP${4:-4}-SENDTO:$(bracket "$2"):6"
}

# refused NAME ADDRESS PORT: whether somebody says at once that nobody listens there.
refused() { [[ $(ip netns exec "$1" timeout 5 socat -u "TCP:$(bracket "$2"):$3" - 2>&1) == *'Connection refused'* ]]; }

# --- a server of the host's own that vanishes without a word ---

# vanish FAMILY: `far` is connected to port 77 of the host, whose end goes, and conntrack's entry as well.
vanish() {
    local up=up$1 only="" server
    [[ $1 == 4 ]] || only=,ipv6-v6only
    mkfifo /run/server
    socat - "TCP$1-LISTEN:77,reuseaddr,linger=0$only" 0<>/run/server >/dev/null 2>&1 &
    server=$!
    echo hello >/run/server
    await eval "[[ -n \$(ss -Hltn 'sport = :77') ]]"
    mkfifo /run/client
    ip netns exec far socat - "TCP:$(bracket "${!up}"):77" 0<>/run/client >/run/greeting 2>/dev/null &
    await grep -q hello /run/greeting
    nft 'add table inet quiet; add chain inet quiet o { type filter hook output priority -500; }; add rule inet quiet o tcp sport 77 drop'
    kill -KILL $server
    await eval "[[ -z \$(ss -Htan 'sport = :77') ]]"
    nft delete table inet quiet
    conntrack -F >/dev/null 2>&1
}

# ended PORT: `far` has no connection from or to it any more.
ended() { [[ -z $(ip netns exec far ss -Htan "sport = :$1 or dport = :$1") ]]; }

# told: what `far` sends is answered by RST.
told() {
    echo anybody >/run/client
    await ended 77
    [[ $(count far resets) == 1 ]]
}

# silent: it is sent again, and nobody answers.
silent() {
    echo anybody >/run/client
    await eval "[[ \$(ip netns exec far ss -Htnio 'dport = :77') == *backoff:2* ]]"
}
