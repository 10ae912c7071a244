# shellcheck shell=bash
# A machine whose connection tracking table can be filled, for scripts that run in a kernel of their own to source. The
# machine translates; `c` is a container and `far` the world.
#
#   far 198.51.100.2 -- 198.51.100.1 [machine] 10.89.1.1 -- eth0 10.89.1.5 [c]

# The release programs under test.
: "${programs:?}"

evenkeel() { "$programs/evenkeel" "$@"; }

# policy JSON: without nftables the drop cannot be; everything else can.
policy() { mkdir -p /run/etc && printf '%s\n' "$1" >/run/etc/policy.json; }

machine() {
    modprobe nf_conntrack
    policy '{"invalid":{"mode":"keep"}}'
    ip netns add far
    ip netns add c
    ip link add uplink type veth peer name eth0 netns far
    ip link add port type veth peer name eth0 netns c
    ip addr add 198.51.100.1/24 dev uplink
    ip addr add 10.89.1.1/24 dev port
    ip -n far addr add 198.51.100.2/24 dev eth0
    ip -n c addr add 10.89.1.5/24 dev eth0
    local name
    for name in uplink port; do ip link set $name up; done
    for name in far c; do ip -n $name link set lo up && ip -n $name link set eth0 up; done
    ip -n c route add default via 10.89.1.1
    sysctl -qw net.ipv4.ip_forward=1
    iptables-legacy -t nat -A POSTROUTING -o uplink -j MASQUERADE
}

# fill N: N entries that the kernel does not throw out to make room, as those of open connections are not.
fill() {
    local n
    for n in $(seq "$1"); do
        echo "-A -s 192.0.2.$((n / 200)) -d 203.0.113.$((n % 200)) -p tcp --sport 1024 --dport 443 --state ESTABLISHED --timeout 3600 --status ASSURED,SEEN_REPLY"
    done >/run/entries
    conntrack --load-file /run/entries >/dev/null 2>&1 || :
}

entries() { cat /proc/sys/net/netfilter/nf_conntrack_count; }

# Prints how many of 20 pings were lost; each is a flow of its own.
lost_pings() {
    local lost=0
    for _ in $(seq 20); do ip netns exec c ping -n -q -c 1 -W 0.5 198.51.100.2 >/dev/null 2>&1 || lost=$((lost + 1)); done
    echo $lost
}

# A connection from the container that stays open; `say` sends a line and prints what came back.
converse() {
    ip netns exec far socat TCP4-LISTEN:9,fork,reuseaddr EXEC:cat </dev/null >/dev/null 2>&1 &
    until ip netns exec far ss -Hltn | grep -q ':9 '; do sleep 0.05; done
    mkfifo /run/said
    ip netns exec c socat - TCP:198.51.100.2:9 </run/said >/run/heard 2>/dev/null &
    exec 9>/run/said
    say begin
}

say() {
    echo "$1" >&9
    local _
    for _ in $(seq 60); do
        [[ $(tail -n 1 /run/heard 2>/dev/null) == "$1" ]] && echo "heard $1" && return
        sleep 0.05
    done
    echo "nothing heard"
}
