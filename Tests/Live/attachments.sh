# shellcheck shell=bash
# Attachments in few processes, for tests that make many, and all that the plugin could change. Sourced after lab.sh.

# join NAME N INTERFACE HOSTPART: what attach does. Where network N has no bridge, the container's veth ends at the host,
# which is its gateway, as the plugin ptp has it.
join() {
    local name=$1 n=$2 dev=$3 part=$4 end=v$1n$2
    {
        echo "link add $end type veth peer name $dev netns $name"
        if [[ -e /proc/sys/net/ipv4/conf/br$n ]]; then
            echo "link set $end master br$n up"
        else
            echo "addr add 10.89.$n.1/32 dev $end"
            echo "addr add fd00:89:$n::1/128 dev $end nodad"
            echo "link set $end up"
            echo "route add 10.89.$n.$part/32 dev $end"
            echo "route add fd00:89:$n::$part/128 dev $end"
        fi
    } | ip -batch -
    {
        echo "addr add 10.89.$n.$part/24 dev $dev"
        echo "addr add fd00:89:$n::$part/64 dev $dev nodad"
        echo "link set $dev up"
        defaults_by "$n" "$dev"
    } | ip -n "$name" -batch -
}

# defaults_by N INTERFACE: commands that add network N's default routes.
defaults_by() {
    echo "route append default via 10.89.$1.1 dev $2 proto static metric 100"
    echo "route append default via fd00:89:$1::1 dev $2 proto static metric 100"
}

# filters NAME: the reverse path filter of each interface, a file and a number a line.
filters() { nsenter --net="/run/netns/$1" grep -r . /proc/sys/net/ipv4/conf --include rp_filter; }

# groups NAME: the device group of each interface.
groups() { ip -n "$1" -d -o link | sed -E 's/^[0-9]+: ([^:@]*).* group ([^ ]*) .*/\1 \2/'; }

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
