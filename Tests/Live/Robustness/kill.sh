# shellcheck shell=bash
# The plugin killed just before a system call, one after the other. Sourced after lab.sh.

attachments='[{"containerID":"t","ifname":"eth0"},{"containerID":"t","ifname":"eth1"},{"containerID":"t","ifname":"eth2"}]'
result='{"cniVersion":"1.1.0","interfaces":[],"ips":[]}'

# request_with [MEMBER]: a request of any verb, with one more member.
request_with() {
    echo "{${1:+$1,}\"cniVersion\":\"1.1.0\",\"name\":\"n\",\"type\":\"evenkeel\",\"prevResult\":$result,
        \"cni.dev/valid-attachments\":$attachments}"
}

request=$(request_with)

# plugin VERB INTERFACE [COMMAND...]: the plugin, behind COMMAND.
plugin() { call "$1" t /run/netns/t "$2" "${@:3}" <<<"$request" >/run/result 2>/run/said; }

# scene: the container `t` is on two bridges, and by eth2 on a veth of which the other end stays with the host.
scene() {
    host
    network 1
    network 2
    container t
    for n in 3 2 1; do attach t $n eth$((n - 1)) 7; done
    {
        echo "route flush table all exact 0.0.0.0/0"
        echo "route flush table all exact ::/0"
        for n in 1 2 3; do
            defaults_by $n eth$((n - 1))
            echo "link set eth$((n - 1)) group 0"
        done
    } >/run/fresh.ip
    for family in ip ip6; do echo "add table $family evenkeel; delete table $family evenkeel"; done >/run/fresh.nft
}

# fresh: as before the first run.
fresh() {
    ip -n t rule flush protocol 69
    ip -n t -6 rule flush protocol 69
    ip -n t -batch /run/fresh.ip
    inside t tee /proc/sys/net/ipv4/conf/{eth0,eth1,eth2,default}/rp_filter <<<1 >/dev/null
    nft -f /run/fresh.nft
}

# guarded: eth0 has won.
guarded() {
    fresh
    local request
    request=$(request_with)
    plugin ADD eth0
}

# ranked: guarded in the other mode, which leaves all in main.
ranked() {
    fresh
    local request
    request=$(request_with '"policy":{"defaultRoute":{"mode":"ranked"}}')
    plugin ADD eth0
}

# merged: one IPv4 route of several legs, beside one that stands alone.
merged() {
    fresh
    ip -n t -batch - <<'END'
route flush exact 0.0.0.0/0
route append default proto static metric 100 nexthop via 10.89.1.1 dev eth0 nexthop via 10.89.2.1 dev eth1
route append default via 10.89.3.1 dev eth2 proto static metric 100
END
}

# littered: with elements left whose interfaces are gone, and source rules whose tables are empty.
littered() {
    local family
    guarded
    nft "add element ip evenkeel containers { gone1, gone2 }; add element ip6 evenkeel containers { gone1 }"
    ip -n t rule add from 10.89.9.7 lookup 17739099 priority 32765 protocol 69
    ip -n t -6 rule add from fd00:89:9::7 lookup 17739099 priority 32765 protocol 69
    for family in -4 -6; do ip -n t $family rule add oif gone lookup 17739099 priority 32765 protocol 69; done
}

# delete_all: as runtimes do after an ADD that failed.
delete_all() {
    local interface
    for interface in eth0 eth1 eth2; do plugin DEL $interface; done
}

# remains: what is left in the container when all is deleted. What filters a packet back in may stay.
remains() {
    ip -n t -o route show table all | sort
    ip -n t rule
    ip -n t -6 rule
    groups t
}

# points VERB INTERFACE: where to kill that run, a line each: a system call's name, and how manieth of that name it is.
# What the dynamic loader does comes before the first netlink socket; a few of that are enough.
points() {
    plugin "$1" "$2" strace -qq -o /run/trace
    awk -F '(' '{ n[$1]++ } /NETLINK/ { begun = 1 } /^[a-z]/ && (begun || NR % 12 == 0) { print $1, n[$1] }' /run/trace
}

# kill_everywhere PREPARATION VERB INTERFACE SEQUEL LOOK CALLS: before each of the system calls, if CALLS matches its name.
# After each kill there is a default route of each family, and the sequel brings about what it does undisturbed. Prints a
# line for whatever is otherwise, and at last how many were killed.
kill_everywhere() {
    local prepare=$1 verb=$2 interface=$3 sequel=$4 look=$5 calls=$6 killed=0 point call number status family
    $prepare
    $sequel
    $look >/run/right
    $prepare
    mapfile -t points < <(points "$verb" "$interface")
    for point in "${points[@]}"; do
        read -r call number <<<"$point"
        [[ $call =~ $calls ]] || continue
        $prepare
        status=0
        # The shell would say that strace was killed, too.
        { plugin "$verb" "$interface" strace -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$number" ||
            status=$?; } 2>/dev/null
        [[ $status != 137 ]] || killed=$((killed + 1))
        for family in 4 6; do
            [[ -n $(defaults $family t) ]] || echo "killed before $call $number: no default route of IPv$family"
        done
        $sequel || echo "killed before $call $number: $sequel failed: $(</run/said)"
        $look | diff /run/right - || echo "killed before $call $number: that is different after $sequel"
    done
    echo "$killed killed"
}
