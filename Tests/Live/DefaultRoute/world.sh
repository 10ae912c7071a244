# shellcheck shell=bash
# More of the world, where each way out can be told from the others: the other side sees another address by each. Sourced
# after lab.sh.
#
#   bridge network N (lab.sh)       the host translates to 198.51.100.1N, 2001:db8:51::1N
#   LAN N   192.168.N.0/24          [lanN of the host, parent of macvlans] -- lan [rN], which translates to 198.18.N.1,
#           fd00:168:N::/64         2001:db8:18:N::1; or nobody is there
#   tunnel K  10.8.K.2 -- 10.8.K.1  [vpn], which translates to 198.18.200.1, 2001:db8:18:200::1 and remembers by which
#             fd00:8:K::2           tunnel a packet came, whatever its source
# Destinations: $far4, $far6, and for routes of their own $other4, $other6.

other4=198.51.100.3 other6=2001:db8:51::3
tunnels=()

# world: the host, `far` with its answers, and the networks to come can be told apart.
# shellcheck disable=SC2154 # of lab.sh
world() {
    host
    ip -n far addr add $other4/24 dev uplink
    ip -n far addr add $other6/64 dev uplink nodad
    inside far sysctl -qw net.ipv4.conf.all.rp_filter=0
    nft -f - <<'EOF'
table inet ways {
    chain pre { type filter hook prerouting priority mangle; }
    chain post { type nat hook postrouting priority srcnat - 1; }
}
EOF
    ip netns exec far python3 "$libraries/DefaultRoute/answer.py" </dev/null >/dev/null 2>&1 &
    await_listeners far 2
}

# bridge N STRICT: lab.sh's network, with addresses of its own on the uplink.
bridge() {
    local n=$1
    network "$n" "${2:-0}"
    ip addr add "198.51.100.1$n/24" dev uplink
    ip addr add "2001:db8:51::1$n/64" dev uplink nodad
    nft -f - <<EOF
add rule inet ways pre iifname "br$n" meta mark set $n
add rule inet ways post oifname "uplink" meta mark $n meta nfproto ipv4 snat ip to 198.51.100.1$n
add rule inet ways post oifname "uplink" meta mark $n meta nfproto ipv6 snat ip6 to 2001:db8:51::1$n
EOF
}

# beyond NAME N: NAME is a router to `far`, and translates.
beyond() {
    local name=$1 n=$2
    ip link add "w$n" netns far type veth peer name out netns "$name"
    ip -n "$name" addr add "198.18.$n.1/24" dev out
    ip -n "$name" addr add "2001:db8:18:$n::1/64" dev out nodad
    ip -n far addr add "198.18.$n.2/24" dev "w$n"
    ip -n far addr add "2001:db8:18:$n::2/64" dev "w$n" nodad
    ip -n "$name" link set out up
    ip -n far link set "w$n" up
    ip -n "$name" route add 198.51.100.0/24 via "198.18.$n.2"
    ip -n "$name" route add 2001:db8:51::/64 via "2001:db8:18:$n::2"
    inside "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    inside "$name" nft "
        add table ip nat; add chain ip nat post { type nat hook postrouting priority srcnat; }
        add rule ip nat post oifname out masquerade
        add table ip6 nat; add chain ip6 nat post { type nat hook postrouting priority srcnat; }
        add rule ip6 nat post oifname out masquerade"
}

# lan N [nobody]: a LAN with a router, or without.
lan() {
    local n=$1
    rp_filter=0 container "r$n"
    ip link add "lan$n" type veth peer name lan netns "r$n"
    sysctl -qw "net.ipv6.conf.lan$n.accept_ra=0"
    ip link set "lan$n" up
    ip -n "r$n" link set lan up
    [[ ${2:-} != nobody ]] || return 0
    ip -n "r$n" addr add "192.168.$n.1/24" dev lan
    ip -n "r$n" addr add "fd00:168:$n::1/64" dev lan nodad
    beyond "r$n" "$n"
}

# plug NAME N INTERFACE HOSTPART: a macvlan of LAN N, without a default route.
plug() {
    ip link add link "lan$2" name "m$1$2" type macvlan mode bridge
    ip link set "m$1$2" netns "$1" name "$3"
    addressing "$2" "$3" 192.168 fd00:168 "$4" | ip -n "$1" -batch -
}

# via NAME INTERFACE GATEWAY [ARGUMENT...]: a default route, static and of metric 100 if nothing else is said.
via() {
    local name=$1 dev=$2 gateway=$3
    shift 3
    [[ " $* " == *" metric "* ]] || set -- "$@" metric 100
    [[ " $* " == *" proto "* ]] || set -- "$@" proto static
    ip -n "$name" route append default via "$gateway" dev "$dev" "$@"
}

# vpn: the namespace where tunnels end.
vpn() {
    rp_filter=0 container vpn
    beyond vpn 200
    ip netns exec vpn nft -f - <<'EOF'
table inet back {
    chain pre { type filter hook prerouting priority mangle; iifname "out" meta mark set ct mark; }
}
EOF
}

# tunnel NAME MODE DEVICE K [PEER]: a tun, a tap or a vxlan; of the last, PEER is the address of NAME on network 1, by which
# its packets travel. `start_tunnels` has the others work.
tunnel() {
    local name=$1 mode=$2 dev=$3 k=$4 peer=${5:-}
    if [[ $mode == vxlan ]]; then
        ip -n "$name" link add "$dev" type vxlan id "$k" remote 10.89.1.1 dstport 4789
        ip link add "t$k" type vxlan id "$k" remote "$peer" dstport 4789
        ip link set "t$k" netns vpn
    else
        ip -n "$name" tuntap add dev "$dev" mode "$mode"
        ip -n vpn tuntap add dev "t$k" mode "$mode"
        tunnels+=("$mode" "$name" "$dev" vpn "t$k")
    fi
    addressing "$k" "$dev" 10.8 fd00:8 2 | ip -n "$name" -batch -
    {
        addressing "$k" "t$k" 10.8 fd00:8 1
        echo "rule add fwmark $k lookup $((1000 + k))"
        # Over a tun there is nobody to be asked for an address.
        echo "route add default $([[ $mode == tun ]] || echo "via 10.8.$k.2") dev t$k table $((1000 + k))"
        [[ $mode == tun ]] || echo "route add default via fd00:8:$k::2 dev t$k table $((1000 + k))"
    } | ip -n vpn -batch -
    ip -n vpn -6 rule add fwmark "$k" lookup $((1000 + k))
    [[ $mode != tun ]] || ip -n vpn -6 route add default dev "t$k" table $((1000 + k))
    ip netns exec vpn nft add rule inet back pre iifname "t$k" ct mark set "$k"
}

start_tunnels() {
    ((${#tunnels[@]})) || return 0
    local ready=/run/shuttle.$RANDOM
    python3 "$libraries/DefaultRoute/shuttle.py" "${tunnels[@]}" </dev/null >"$ready" 2>&1 &
    tunnels=()
    until grep -q ready "$ready"; do sleep 0.01; done
}

# inner NAME CLIENT [ADDRESS4 ADDRESS6]: NAME is a gateway, and translates what CLIENT sends through it.
inner() {
    local name=$1 client=$2
    rp_filter=0 container "$client"
    ip link add inner netns "$name" type veth peer name inner netns "$client"
    ip -n "$name" -batch - <<'EOF'
addr add 172.30.0.1/24 dev inner
addr add fd00:30::1/64 dev inner nodad
link set inner up
EOF
    ip -n "$client" -batch - <<'EOF'
addr add 172.30.0.2/24 dev inner
addr add fd00:30::2/64 dev inner nodad
link set inner up
route add default via 172.30.0.1
route add default via fd00:30::1
EOF
    translate "$name" inner
}

# translate NAME INTERFACE: NAME forwards, and translates whatever does not leave by INTERFACE.
translate() {
    inside "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    inside "$1" nft "
        add table ip nat; add chain ip nat post { type nat hook postrouting priority srcnat; }
        add rule ip nat post iifname $2 masquerade
        add table ip6 nat; add chain ip6 nat post { type nat hook postrouting priority srcnat; }
        add rule ip6 nat post iifname $2 masquerade"
}

# The defaults of a network, in both families: NAME, its number, INTERFACE and what `via` takes.

by_bridge() {
    local name=$1 n=$2 dev=$3
    shift 3
    via "$name" "$dev" "10.89.$n.1" "$@"
    via "$name" "$dev" "fd00:89:$n::1" "$@"
}

by_lan() {
    local name=$1 n=$2 dev=$3
    shift 3
    via "$name" "$dev" "192.168.$n.1" "$@"
    via "$name" "$dev" "fd00:168:$n::1" "$@"
}

by_tunnel() {
    local name=$1 k=$2 dev=$3
    shift 3
    via "$name" "$dev" "10.8.$k.1" "$@"
    via "$name" "$dev" "fd00:8:$k::1" "$@"
}

# on_bridges METRIC...: the world, and the container `c` with a network for each metric: eth0 on br1, eth1 on br2, and so on.
# Where `none` stands for the metric there is no default. `strict` is the host's reverse path filter.
on_bridges() {
    local n=0 metric
    world
    rp_filter=${rp_filter:-2} container c
    for metric in "$@"; do
        n=$((n + 1))
        bridge $n "${strict:-0}"
        cable c $n eth$((n - 1)) 5
        [[ $metric == none ]] || by_bridge c $n eth$((n - 1)) metric "$metric"
    done
    forgetful c
}
