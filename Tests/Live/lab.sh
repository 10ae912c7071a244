# shellcheck shell=bash
# A host, the world, and a container on several networks, for the tests to source. Everything is made inside a sandbox
# whose own network namespace plays the host; `c` is the container and `far` the world beyond an uplink.
#
#   far 198.51.100.2 -- uplink 198.51.100.1 [host] br1 10.89.1.1 -- eth0 10.89.1.5 [c]
#       2001:db8:51::2     2001:db8:51::1         br2 10.89.2.1 -- eth1 10.89.2.5
# and the same in IPv6, fd00:89:N::1 and ::5. The host masquerades, and publishes port 8080 + N for port 80 of network N.

far4=198.51.100.2 far6=2001:db8:51::2
up4=198.51.100.1 up6=2001:db8:51::1
probes=10

host() {
    ip netns add far
    # Without a tentative phase the first packets need not wait for the link-local addresses.
    sysctl -qw net.ipv6.conf.default.accept_dad=0
    ip netns exec far sysctl -qw net.ipv6.conf.default.accept_dad=0
    ip link add uplink type veth peer name uplink netns far
    for side in "" "-n far"; do
        # shellcheck disable=SC2086
        ip $side link set lo up
        # shellcheck disable=SC2086
        ip $side link set uplink up
    done
    ip addr add $up4/24 dev uplink
    ip -n far addr add $far4/24 dev uplink
    ip addr add $up6/64 dev uplink nodad
    ip -n far addr add $far6/64 dev uplink nodad
    sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0
    nft -f - <<EOF
table inet nat {
    chain post { type nat hook postrouting priority srcnat; oifname "uplink" masquerade; }
    chain pre { type nat hook prerouting priority dstnat; }
}
EOF
}

# network N STRICT: a bridge whose reverse path filter is strict (1) or not (0). IPv6 has no such filter; there an
# nftables rule plays its part, as on hosts that filter.
network() {
    local n=$1 strict=${2:-0}
    ip link add "br$n" type bridge
    ip addr add "10.89.$n.1/24" dev "br$n"
    ip addr add "fd00:89:$n::1/64" dev "br$n" nodad
    ip link set "br$n" up
    sysctl -qw "net.ipv4.conf.br$n.rp_filter=$strict"
    if [[ $strict == 1 ]]; then
        nft "add table ip6 strict; add chain ip6 strict pre { type filter hook prerouting priority raw; };
            add rule ip6 strict pre iifname br$n ip6 saddr != fe80::/10 fib saddr . iif oif missing drop"
    fi
}

# container NAME HOSTPART
container() {
    ip netns add "$1"
    ip -n "$1" link set lo up
    ip netns exec "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter="${rp_filter:-1}"
}

# attach NAME N INTERFACE HOSTPART [METRIC]: as engines do, with a default route of one metric by every network.
attach() {
    local name=$1 n=$2 dev=$3 part=$4 metric=${5:-100}
    ip link add "v$name$n" type veth peer name "$dev" netns "$name"
    ip link set "v$name$n" master "br$n" up
    ip -n "$name" addr add "10.89.$n.$part/24" dev "$dev"
    ip -n "$name" addr add "fd00:89:$n::$part/64" dev "$dev" nodad
    ip -n "$name" link set "$dev" up
    ip -n "$name" route append default via "10.89.$n.1" dev "$dev" proto static metric "$metric"
    ip -n "$name" -6 route append default via "fd00:89:$n::1" dev "$dev" proto static metric "$metric"
}

publish() {
    local n=$1 part=$2
    nft add rule inet nat pre iifname uplink tcp dport $((8080 + n)) meta nfproto ipv4 dnat ip to "10.89.$n.$part:80"
    nft add rule inet nat pre iifname uplink tcp dport $((8080 + n)) meta nfproto ipv6 dnat ip6 to "[fd00:89:$n::$part]:80"
}

# lab NETWORKS STRICT: the whole of it, with servers for TCP on port 80 and, in the world alone, an echo for UDP on port 7.
lab() {
    local networks=$1 strict=${2:-0} n
    host
    container c
    for n in $(seq "$networks"); do network "$n" "$strict"; done
    # Attached from the last to the first: the order has no say in who wins.
    for n in $(seq "$networks" -1 1); do
        attach c "$n" "eth$((n - 1))" 5
        publish "$n" 5
    done
    serve far
    serve c tcp
}

# serve NAME [KIND...]: servers for either family, listening by the time it returns. A UDP server on every address of a container
# on several networks would be found.
serve() {
    local name=$1 kinds=("${@:2}") pf only
    [[ -n ${kinds[*]} ]] || kinds=(tcp udp)
    for pf in 4 6; do
        [[ $pf == 4 ]] && only="" || only=,ipv6-v6only
        [[ ${kinds[*]} != *tcp* ]] ||
            ip netns exec "$name" socat "TCP$pf-LISTEN:80,fork,reuseaddr$only" SYSTEM:"echo hello" &
        [[ ${kinds[*]} != *udp* ]] || ip netns exec "$name" socat "UDP$pf-RECVFROM:7,fork$only" EXEC:cat &
    done </dev/null >/dev/null 2>&1
    until [[ $(ip netns exec "$name" ss -Hltun | wc -l) == $((2 * ${#kinds[@]})) ]]; do sleep 0.01; done
}

# A neighbour that is not known to be reachable makes the kernel alternate between defaults of one metric; after a while
# without traffic every gateway is such a one.
make_stale() {
    ip -br link show type bridge | while read -r bridge _ address _; do
        local n=${bridge#br} gateway
        for gateway in "10.89.$n.1" "fd00:89:$n::1"; do
            ip -n c neigh replace "$gateway" lladdr "$address" dev "eth$((n - 1))" nud stale
        done
    done
}

# Each prints how many of $probes were lost.
lost() {
    local failed=0
    for _ in $(seq $probes); do
        make_stale
        "$@" || failed=$((failed + 1))
    done
    echo "$failed"
}

ping_once() { ip netns exec "$1" ping -n -q -c 1 -W 0.3 ${3:+-I "$3"} "$2" >/dev/null 2>&1; }

bracket() { if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi; }

tcp_once() {
    local bind=${4:+,bind=$(bracket "$4")}
    [[ $(ip netns exec "$1" timeout -k 0.1 0.4 socat -u "TCP:$(bracket "$2"):$3$bind" - 2>/dev/null) == hello ]]
}

udp_once() {
    local bind=${4:+,bind=$(bracket "$4")}
    # -t 0: done as soon as the answer is there.
    # shellcheck disable=SC2016 # the shell that socat starts expands it
    [[ $(ip netns exec "$1" timeout -k 0.1 0.4 socat -t 0 "UDP:$(bracket "$2"):$3$bind" \
        SYSTEM:'echo hello; read -r answer; echo "$answer" >&2' 2>&1) == hello ]]
}

# converse NAME ADDRESS: a connection that stays open, to an echo; `say` sends a line, `heard` tells whether it came back.
converse() {
    ip netns exec far socat "TCP6-LISTEN:9,fork,reuseaddr,ipv6-v6only=0" EXEC:cat </dev/null >/dev/null 2>&1 &
    until ip netns exec far ss -Hltn | grep -q ':9 '; do sleep 0.01; done
    : >/run/said
    tail -f /run/said 2>/dev/null | ip netns exec "$1" socat - "TCP:$(bracket "$2"):9" >/run/heard 2>/dev/null &
    until ip netns exec "$1" ss -Htn state established | grep -q ':9'; do sleep 0.01; done
}

say() { echo "$1" >>/run/said; }

heard() {
    for _ in $(seq 50); do
        ! grep -qx "$1" /run/heard || return 0
        sleep 0.01
    done
    return 1
}

# Every row of the table of losses: outgoing, bound to each address, and the published ports. A line for each that lost.
losses() {
    local networks=$1 n family far up prefix part
    for family in 4 6; do
        far=far$family up=up$family
        if [[ $family == 4 ]]; then prefix=10.89. part=.5; else prefix=fd00:89: part=::5; fi
        row "IPv$family ping" ping_once c "${!far}"
        row "IPv$family TCP" tcp_once c "${!far}" 80
        row "IPv$family UDP" udp_once c "${!far}" 7
        for n in $(seq "$networks"); do
            row "IPv$family ping from address $n" ping_once c "${!far}" "$prefix$n$part"
            row "IPv$family TCP from address $n" tcp_once c "${!far}" 80 "$prefix$n$part"
            row "IPv$family UDP from address $n" udp_once c "${!far}" 7 "$prefix$n$part"
            row "IPv$family published port of network $n" tcp_once far "${!up}" $((8080 + n))
        done
    done
}

row() {
    local title=$1 count
    shift
    count=$(lost "$@")
    [[ $count == 0 ]] || echo "$title: $count of $probes lost"
}

# cni VERB NAME INTERFACE [POLICY]: the plugin, as a runtime runs it. The tests set $programs.
# shellcheck disable=SC2154
cni() {
    local policy=${4:+,\"policy\":$4}
    CNI_COMMAND=$1 CNI_CONTAINERID=test CNI_NETNS=/run/netns/$2 CNI_IFNAME=$3 CNI_PATH=/opt/cni/bin \
        "$programs/evenkeel-cni" <<<"{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"evenkeel\",
            \"prevResult\":{\"cniVersion\":\"1.0.0\",\"interfaces\":[],\"ips\":[]}$policy}"
}

# hook NAME [POLICY]: the OCI hook, for a process in that namespace.
hook() {
    local pid status=0
    ip netns exec "$1" sleep 600 </dev/null >/dev/null 2>&1 &
    pid=$!
    # ip netns exec becomes the command; until then the process is still in the host's namespace.
    while [[ $(cat /proc/$pid/comm) != sleep ]]; do sleep 0.01; done
    jq -n --argjson pid $pid --arg policy "${2:-}" '{ociVersion: "1.0.2", id: "test", status: "creating", pid: $pid,
        bundle: "/", annotations: (if $policy == "" then {} else {"evenkeel.policy": $policy} end)}' |
        "$programs/evenkeel-hook" || status=$?
    kill $pid
    return $status
}

# defaults FAMILY NAME: the default routes in main, one a line, without their metrics of time.
defaults() { ip -n "$2" "-$1" route show default; }

# ours FAMILY NAME: what is left of the product's rules and tables.
ours() {
    ip -n "$2" "-$1" rule show | grep 'proto 69' || :
    ip -n "$2" "-$1" route show table all | grep 'table 17739' || :
}
