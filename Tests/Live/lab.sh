# shellcheck shell=bash
# The packet laboratory as most live tests want it, and what they ask of the container `c`. The tests set $laboratory, $programs
# and $libraries, this folder.

# shellcheck source=Tests/Laboratory/packets/all.sh disable=SC2154
. "$laboratory/all.sh"

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

# private_etc: what is written below /etc stays in this laboratory.
private_etc() {
    mkdir -p /run/private-etc/{upper,work}
    mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/private-etc/upper,workdir=/run/private-etc/work /etc
    mkdir -p /etc/evenkeel
}

# nobody COMMAND...: as an ordinary user.
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

# process_on_a_network: $pid has a network namespace of its own, with an interface eth0 that filters strictly. Not of ip-netns,
# so that root of a user namespace can make it, too.
process_on_a_network() {
    unshare --net sleep 600 </dev/null >/dev/null 2>&1 &
    pid=$!
    until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
    nsenter --net=/proc/$pid/ns/net ip link add eth0 type veth peer name eth1
    nsenter --net=/proc/$pid/ns/net sysctl -qw net.ipv4.conf.eth0.rp_filter=1
}

# filters NAME: the reverse path filter of each interface, a file and a number a line.
filters() { inside "$1" grep -r . /proc/sys/net/ipv4/conf --include rp_filter; }

# groups NAME: the device group of each interface.
groups() { ip -n "$1" -d -o link | sed -E 's/^[0-9]+: ([^:@]*).* group ([^ ]*) .*/\1 \2/'; }

# mark NAME: the numbers that earlier runs left in that container, on one line; what they mean is in Keel/Container/Mark.swift.
mark() {
    { ip -n "$1" -o route show table 17738997 2>/dev/null || :; } |
        sed -nE 's/^blackhole default proto 69 metric ([0-9]+) *$/\1/p' | xargs
}

# state NAME...: all that the plugin could change, in these containers and on the host.
state() {
    local name
    for name in "$@"; do
        ip -n "$name" -o route show table all | sort
        ip -n "$name" rule
        ip -n "$name" -6 rule
        filters "$name"
        groups "$name"
    done
    nft -s list ruleset
}
