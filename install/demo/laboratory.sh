# shellcheck shell=bash
# Sourced by install/demo.sh: a throw-away host with two networks, a container on both, an 'internet', and the probes.
# It runs in namespaces that install/demo.sh has made: the current network namespace plays the host.

state=/run/evenkeel-demo
probes=20
downloads=5
download_bytes=10000000
rows=(ping tcp udp second published1 published2)
families=(4 6)
subject=container # the namespace that is measured

# shellcheck disable=SC2034 # read by demo.sh
declare -A title=(
    [ping]="ping"
    [tcp]="TCP connection"
    [udp]="UDP round trip"
    [second]="UDP from the second address"
    [published1]="published port, first network"
    [published2]="published port, second network"
)

inside() { # NAMESPACE COMMAND...
    nsenter --net="/run/netns/$1" -- "${@:2}"
}

# Without IPv6 in the kernel, the lines that are about it are left out.
relevant() {
    if [[ ${families[*]} == 4 ]]; then grep -v ::; else cat; fi
}

# --- the throw-away host ---

# Strict, because many distributions and hardening guides ask for it; a fresh namespace may inherit anything.
be_strict() { # COMMAND-PREFIX...
    "$@" sysctl -qew net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1 \
        net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.default.accept_ra=0
    "$@" ip link set lo up
}

make_host() {
    be_strict
    sysctl -qew net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    local name number
    for name in internet container single; do
        ip netns add "$name"
        be_strict inside "$name"
    done
    relevant <<'IP' | ip -batch -
link add br-a type bridge
link add br-b type bridge
link add uplink type veth peer name eth0 netns internet
link add container-a type veth peer name eth0 netns container
link add container-b type veth peer name eth1 netns container
link add single-a type veth peer name eth0 netns single
link set br-a up
link set br-b up
link set uplink up
link set container-a master br-a up
link set container-b master br-b up
link set single-a master br-a up
address add 10.89.2.1/24 dev br-a
address add 10.89.3.1/24 dev br-b
address add 198.51.100.1/24 dev uplink
address add fd00:89:2::1/64 dev br-a nodad
address add fd00:89:3::1/64 dev br-b nodad
address add 2001:db8:51::1/64 dev uplink nodad
IP
    for ((number = 1; number <= probes; number++)); do
        echo "address add $(far_address 4 "$number")/24 dev eth0"
        echo "address add $(far_address 6 "$number")/64 dev eth0 nodad"
    done | relevant | { cat; echo "link set eth0 up"; } | ip -n internet -batch -
}

# 'container' is on both networks and has a default route by each, of equal metric, as netavark makes them: for
# IPv4 the last one is listed first, for IPv6 they merge into one multipath route. 'single' is on one network
# only; its downloads show what INVALID segments do where routes are beyond reproach.
make_containers() {
    relevant <<'IP' | ip -n container -batch -
link set eth0 up
link set eth1 up
address add 10.89.2.2/24 dev eth0
address add 10.89.3.2/24 dev eth1
address add fd00:89:2::2/64 dev eth0 nodad
address add fd00:89:3::2/64 dev eth1 nodad
route prepend default via 10.89.2.1 dev eth0 proto static metric 100
route prepend default via 10.89.3.1 dev eth1 proto static metric 100
route append default via fd00:89:2::1 dev eth0 proto static metric 100
route append default via fd00:89:3::1 dev eth1 proto static metric 100
IP
    relevant <<'IP' | ip -n single -batch -
link set eth0 up
address add 10.89.2.3/24 dev eth0
address add fd00:89:2::3/64 dev eth0 nodad
route add default via 10.89.2.1 dev eth0 proto static metric 100
route add default via fd00:89:2::1 dev eth0 proto static metric 100
IP
}

# As an engine would make them. IPv6 has no rp_filter: the rule in 'strict6' plays its part, as firewalld's
# IPv6_rpfilter does, which is on by default.
make_host_rules() {
    relevant <<'RULES' | nft -f -
table inet demo {
    chain strict6 {
        type filter hook prerouting priority raw;
        icmpv6 type { nd-neighbor-solicit, nd-router-advert } accept
        iifname { "br-a", "br-b" } meta nfproto ipv6 fib saddr . iif oif missing drop
    }
    chain published {
        type nat hook prerouting priority dstnat;
        iifname "uplink" tcp dport 8080 dnat ip to 10.89.2.2:7
        iifname "uplink" tcp dport 8081 dnat ip to 10.89.3.2:7
        iifname "uplink" tcp dport 8080 dnat ip6 to [fd00:89:2::2]:7
        iifname "uplink" tcp dport 8081 dnat ip6 to [fd00:89:3::2]:7
    }
    chain translated {
        type nat hook postrouting priority srcnat;
        oifname "uplink" masquerade
    }
}
RULES
}

# In 'internet', one data segment in 25 leaves with a sequence number 2^31 ahead, far above the window, as late or
# damaged segments arrive on busy paths. TCP does not know, misses the acknowledgement and sends it again unharmed.
make_internet_rules() {
    inside internet nft -f - <<'RULES'
table inet demo {
    counter resets { }
    counter outside { }
    chain output {
        type filter hook output priority mangle;
        tcp sport 80 tcp flags & (syn | fin | rst) == 0 meta length > 1000 \
            numgen inc mod 25 == 20 counter name outside tcp sequence set tcp sequence ^ 0x80000000
    }
    chain input {
        type filter hook input priority filter;
        tcp flags & rst == rst counter name resets
    }
}
RULES
}

start_servers() {
    local family number only
    truncate -s "$download_bytes" "$state/download"
    for family in "${families[@]}"; do
        only="" # without it the IPv6 server would take IPv4 as well
        [[ $family == 4 ]] || only=,ipv6only=1
        inside container socat "TCP$family-LISTEN:7,fork,reuseaddr$only" EXEC:"echo ok" &
        inside internet socat "TCP$family-LISTEN:7,fork,reuseaddr$only" EXEC:"echo ok" &
        inside internet socat -b 65536 -U "TCP$family-LISTEN:80,fork,reuseaddr$only" "OPEN:$state/download" &
        for ((number = 1; number <= probes; number++)); do
            # One per address: from a wildcard socket the answer leaves from another address than was asked.
            inside internet socat "UDP$family-RECVFROM:7,fork,bind=$(far "$family" "$number")" PIPE &
        done
    done 2>/dev/null
}

make_laboratory() {
    mkdir -p "$state"
    [[ -d /proc/sys/net/ipv6 ]] || families=(4)
    make_host
    make_containers
    make_host_rules
    make_internet_rules
    start_servers
    meet_gateways
}

# --- probes: each succeeds or fails for probe NUMBER of FAMILY (4 or 6) ---

# Every probe has a far address of its own: IPv6 picks a leg by a hash of the two addresses, so to a single
# one all would be well or all lost.
far_address() { # FAMILY NUMBER
    if [[ $1 == 4 ]]; then echo "198.51.100.$((100 + $2))"; else echo "2001:db8:51::$((100 + $2))"; fi
}

far() { # FAMILY NUMBER, as socat wants it
    if [[ $1 == 4 ]]; then far_address "$@"; else echo "[$(far_address "$@")]"; fi
}

connects() { # NAMESPACE ADDRESS: given up before TCP would try a second time
    [[ $(inside "$1" timeout 0.7 socat -u "$2" -) == ok ]]
}

answers() { # ADDRESS
    [[ $(echo ok | inside "$subject" socat -t 0.7 - "$1") == ok ]]
}

probe_ping() { inside "$subject" ping -n -q -c 1 -W 1 "$(far_address "$1" "$2")" >/dev/null; }

probe_tcp() { connects "$subject" "TCP$1:$(far "$1" "$2"):7"; }

probe_udp() { answers "UDP$1:$(far "$1" "$2"):7"; }

probe_second() {
    local own=10.89.3.2
    [[ $1 == 4 ]] || own="[fd00:89:3::2]"
    answers "UDP$1:$(far "$1" "$2"):7,bind=$own"
}

probe_published() { # FAMILY NUMBER PORT
    local host=198.51.100.1
    [[ $1 == 4 ]] || host="[2001:db8:51::1]"
    connects internet "TCP$1:$host:$3,bind=$(far "$1" "$2")"
}

probe_published1() { probe_published "$@" 8080; }

probe_published2() { probe_published "$@" 8081; }

# So that there are neighbours to forget.
meet_gateways() {
    local gateway
    for gateway in 10.89.2.1 10.89.3.1 fd00:89:2::1 fd00:89:3::1; do
        inside "$subject" ping -q -c 1 -W 1 "$gateway" &>/dev/null || :
    done
}

# IPv4 alternates only while the first gateway was not heard from for half a minute or so: the usual state of a
# container that idles. Each probe is put into that state, instead of waiting 40 s for it.
forget_gateways() {
    ip -n "$subject" neigh show nud reachable | sed 's/^/neigh change /; s/ lladdr.*/ nud stale/' |
        ip -n "$subject" -batch - 2>/dev/null || :
}

probe_rows() { # PHASE FAMILY: probes start 30 ms apart and are waited for together, so a lost one costs no time
    local row number
    for row in "${rows[@]}"; do
        mkdir -p "$state/$1/$row.$2"
        for ((number = 1; number <= probes; number++)); do
            forget_gateways
            { if "probe_$row" "$2" "$number"; then : >"$state/$1/$row.$2/$number"; fi; } 2>/dev/null &
            sleep 0.03
        done
    done
    wait
}

# Side by side: the families have routes of their own.
measure_loss() { # PHASE
    local family jobs=()
    for family in "${families[@]}"; do
        probe_rows "$1" "$family" &
        jobs+=($!)
    done
    wait "${jobs[@]}"
}

lost() { # ROW PHASE FAMILY
    echo $((probes - $(find "$state/$2/$1.$3" -type f | wc -l)))
}

# --- downloads ---

# The sender's TCP is reset at once; the keepalive is how the receiver, which only listens, gets to know.
download() { # PHASE FAMILY NUMBER
    local file=$state/$1/download.$2.$3
    inside single timeout 30 socat -d -b 65536 -u "TCP$2:$(far "$2" "$3"):80,keepalive,keepidle=1,keepintvl=1" - \
        2>"$file.error" | wc -c >"$file" || :
}

counted() { # COUNTER
    inside internet nft list counter inet demo "$1" | grep -o 'packets [0-9]*' | grep -o '[0-9]*'
}

measure_downloads() { # PHASE
    local family number jobs
    for family in "${families[@]}"; do
        inside internet nft reset counters table inet demo >/dev/null
        jobs=()
        for ((number = 1; number <= downloads; number++)); do
            download "$1" "$family" "$number" &
            jobs+=($!)
        done
        wait "${jobs[@]}"
        counted resets >"$state/$1/resets.$family"
        counted outside >"$state/$1/outside.$family"
    done
}

broken_downloads() { # PHASE FAMILY
    echo $((downloads - $(cat "$state/$1/download.$2".? | grep -cx "$download_bytes" || :)))
}

resets() { # PHASE FAMILY
    cat "$state/$1/resets.$2"
}

outside() { # PHASE FAMILY
    cat "$state/$1/outside.$2"
}
