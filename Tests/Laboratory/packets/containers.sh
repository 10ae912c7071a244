# shellcheck shell=bash
# Containers as engines make them. Sourced after host.sh.

# container NAME: one that filters reverse paths strictly, unless rp_filter says otherwise.
container() {
    ip netns add "$1"
    ip -n "$1" link set lo up
    inside "$1" sysctl -qew net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter="${rp_filter:-1}"
}

# attach NAME N INTERFACE HOSTPART [METRIC]: to network N, with a default route of one metric by every network, as engines do.
attach() {
    enter_network "$1" "$2" "$3" "$4"
    {
        addressing "$2" "$3" 10.89 fd00:89 "$4"
        defaults_by "$2" "$3" "${5:-}"
    } | batch "$1"
}

# cable NAME N INTERFACE HOSTPART: the same without a default route.
cable() {
    enter_network "$1" "$2" "$3" "$4"
    addressing "$2" "$3" 10.89 fd00:89 "$4" | batch "$1"
}

# enter_network NAME N INTERFACE HOSTPART: where network N has no bridge, the container's veth ends at the host, which is its
# gateway, as the plugin ptp has it.
enter_network() {
    local n=$2 part=$4 end=v$1$2
    {
        echo "link add $end type veth peer name $3 netns $1"
        if [[ -e /proc/sys/net/ipv4/conf/br$n ]]; then
            echo "link set $end master br$n up"
        else
            echo "addr add 10.89.$n.1/32 dev $end"
            echo "addr add fd00:89:$n::1/128 dev $end nodad"
            echo "link set $end up"
            echo "route add 10.89.$n.$part/32 dev $end"
            echo "route add fd00:89:$n::$part/128 dev $end"
        fi
    } | batch ""
}

# addressing N INTERFACE PREFIX4 PREFIX6 HOSTPART: commands that give it addresses of subnet N and set it up.
addressing() {
    echo "addr add $3.$1.$5/24 dev $2"
    echo "addr add $4:$1::$5/64 dev $2 nodad"
    echo "link set $2 up"
}

# defaults_by N INTERFACE [METRIC]: commands that add network N's default routes.
defaults_by() {
    echo "route append default via 10.89.$1.1 dev $2 proto static metric ${3:-100}"
    echo "route append default via fd00:89:$1::1 dev $2 proto static metric ${3:-100}"
}

# defaults FAMILY NAME: the default routes in main, one a line, without their metrics of time.
defaults() { ip -n "$2" "-$1" route show default; }

# ours FAMILY NAME: what is left of the product's rules and tables.
ours() {
    ip -n "$2" "-$1" rule show | grep 'proto 69' || :
    ip -n "$2" "-$1" route show table all | grep 'table 17739' || :
}

# call VERB ID NAMESPACE INTERFACE [COMMAND...]: the plugin, behind COMMAND, with the request on standard input. Those who
# source this set $programs.
# shellcheck disable=SC2154
call() {
    CNI_COMMAND=$1 CNI_CONTAINERID=$2 CNI_NETNS=$3 CNI_IFNAME=$4 CNI_PATH=/opt/cni/bin "${@:5}" "$programs/evenkeel-cni"
}

# cni VERB NAME INTERFACE [POLICY]: the plugin with the least of requests.
cni() {
    call "$1" test "/run/netns/$2" "$3" <<<"{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"evenkeel\",
        \"prevResult\":{\"cniVersion\":\"1.0.0\",\"interfaces\":[],\"ips\":[]}${4:+,\"policy\":$4}}"
}

# hook NAME [POLICY [ANNOTATIONS]]: the OCI hook, for a process in that namespace. ANNOTATIONS is an object.
hook() {
    local pid status=0
    nsenter --net="/run/netns/$1" sleep 600 </dev/null >/dev/null 2>&1 &
    pid=$!
    # nsenter becomes the command; until then the process is still in the host's namespace.
    until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
    jq -n --argjson pid $pid --arg policy "${2:-}" --argjson more "${3:-null}" '{ociVersion: "1.0.2", id: "test", status: "creating", pid: $pid,
        bundle: "/", annotations: (if $policy == "" then {} else {"evenkeel.policy": $policy} end + $more)}' |
        "$programs/evenkeel-hook" || status=$?
    kill $pid
    return $status
}
