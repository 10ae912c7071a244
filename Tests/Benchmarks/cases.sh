# shellcheck shell=bash
# The namespaces of each case, made in a sandbox of its own, whose network namespace plays the host. Sourced after the packet
# laboratory. The container is c; s is another like it, for sbr, which does not bear a second run. In /run/bench lie what
# the programs read on standard input, and `reset`, which brings a container back to where its engine left it.

bench=/run/bench

# Nothing of the machine's own may have a say, and nothing may be said to its log.
sandbox() {
    # The last case's, whose namespaces go with it.
    [[ ! -d $bench ]] || umount -l -R /run
    mount -t tmpfs tmpfs /run
    [[ ! -d /etc/evenkeel ]] || mount -t tmpfs tmpfs /etc/evenkeel
    [[ ! -S /dev/log ]] || mount --bind /dev/null /dev/log
    ip link set lo up
    mkdir -p $bench
    host
}

# previous NAME N HOSTPART: the result of network N's bridge.
previous() {
    local name=$1 n=$2 part=$3
    echo '{"cniVersion":"1.0.0","interfaces":[{"name":"br'"$n"'","mac":"02:00:00:00:00:01"},'\
'{"name":"v'"$name$n"'","mac":"02:00:00:00:00:02"},'\
'{"name":"eth'$((n - 1))'","mac":"02:00:00:00:00:03","sandbox":"/run/netns/'"$name"'"}],'\
'"ips":[{"interface":2,"address":"10.89.'"$n.$part"'/24","gateway":"10.89.'"$n"'.1"},'\
'{"interface":2,"address":"fd00:89:'"$n::$part"'/64","gateway":"fd00:89:'"$n"'::1"}],'\
'"routes":[{"dst":"0.0.0.0/0","gw":"10.89.'"$n"'.1"},{"dst":"::/0","gw":"fd00:89:'"$n"'::1"}],"dns":{}}'
}

# request TYPE NAME N HOSTPART [MEMBERS]: what a plugin of that type reads.
request() {
    echo '{"cniVersion":"1.0.0","name":"bench","type":"'"$1"'",'"${5:-}"'"prevResult":'"$(previous "$2" "$3" "$4")"'}' \
        >"$bench/$2-$1.json"
}

# requests NAME N HOSTPART: of the attachment to network N, which is the last of the container's networks.
requests() {
    local name=$1 n=$2 part=$3 i sysctls='"net.ipv4.conf.default.rp_filter":"2"'
    for i in $(seq "$n"); do sysctls+=',"net.ipv4.conf.eth'$((i - 1))'.rp_filter":"2"'; done
    request evenkeel "$name" "$n" "$part"
    request tuning "$name" "$n" "$part" '"sysctl":{'"$sysctls"'},'
    request sbr "$name" "$n" "$part"
    request firewall "$name" "$n" "$part" '"backend":"iptables",'
}

# reset_batch FAMILY NETWORKS PART: ip's commands that leave what the engine made of a container on networks 1 to NETWORKS.
reset_batch() {
    local family=$1 networks=$2 part=$3 n
    printf '%s\n' "rule flush" "rule add priority 32766 lookup main protocol kernel"
    [[ $family == 6 ]] || echo "rule add priority 32767 lookup default protocol kernel"
    printf 'route flush table all proto %s\n' static 69 boot
    printf 'route flush table %s\n' 100 101
    for n in $(seq "$networks" -1 1); do
        local dev=eth$((n - 1))
        if [[ $family == 4 ]]; then
            echo "route replace 10.89.$n.0/24 dev $dev proto kernel scope link src 10.89.$n.$part"
            echo "route append default via 10.89.$n.1 dev $dev proto static metric 100"
        else
            echo "route append fd00:89:$n::/64 dev $dev proto kernel metric 256"
            echo "route append fe80::/64 dev $dev proto kernel metric 256"
            echo "route append default via fd00:89:$n::1 dev $dev proto static metric 100"
        fi
    done
}

# write_reset NETWORKS PART fresh|again NAME: `bash reset NAME` resets the container. In a fresh case the host's rules go
# as well.
write_reset() {
    local networks=$1 part=$2 fresh=$3 name=$4 n
    local settings=(net.ipv4.conf.default.rp_filter=1)
    for n in $(seq "$networks"); do settings+=("net.ipv4.conf.eth$((n - 1)).rp_filter=1"); done
    reset_batch 4 "$networks" "$part" >"$bench/$name.4"
    reset_batch 6 "$networks" "$part" >"$bench/$name.6"
    cat >"$bench/reset" <<RESET
for family in 4 6; do ip -n "\$1" -\$family -force -batch $bench/\$1.\$family 2>/dev/null || :; done
if [[ $fresh == fresh ]]; then
    nsenter --net="/run/netns/\$1" sysctl -qw ${settings[*]}
    nft -f $bench/reset.nft
fi
RESET
    for n in "ip evenkeel" "ip6 evenkeel" "ip filter" "ip6 filter"; do
        printf 'add table %s\ndelete table %s\n' "$n" "$n"
    done >$bench/reset.nft
}

# containers NETWORKS [fresh]: c and s on that many networks, attached from the last to the first.
containers() {
    local networks=$1 fresh=${2:-again} n name part=5
    for n in $(seq "$networks"); do network "$n"; done
    for name in c s; do
        container $name
        for n in $(seq "$networks" -1 1); do attach $name "$n" "eth$((n - 1))" $part; done
        requests $name "$networks" $part
        write_reset "$networks" $part "$fresh" $name
        part=6
    done
}

# routes FAMILY COUNT: of a container on one network, beside its default routes.
routes() {
    local family=$1 count=$2 i
    for ((i = 0; i < count; i++)); do
        if [[ $family == 4 ]]; then
            echo "route add 172.$((16 + i / 65536)).$((i / 256 % 256)).$((i % 256)) via 10.89.1.1 dev eth0"
        else
            printf 'route add fd01::%x via fd00:89:1::1 dev eth0\n' "$i"
        fi
    done | ip -n c "-$family" -batch -
}

# rules TABLES RULES: of others, on the host.
rules() {
    local tables=$1 rules=$2 i
    {
        for ((i = 0; i < tables; i++)); do echo "add table ip other$i; add chain ip other$i own"; done
        for ((i = 0; i < rules; i++)); do
            echo "add rule ip other$((i % tables)) own ip saddr 192.0.2.$((i % 256)) tcp dport $((i + 1)) counter accept"
        done
    } | nft -f -
}

# hooked: a process in the container, and what its runtime says and keeps about it.
hooked() {
    local pid start i mounts=""
    nsenter --net=/run/netns/c sleep infinity </dev/null >/dev/null 2>&1 &
    pid=$!
    until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
    start=$(cut -d' ' -f22 /proc/$pid/stat)
    for i in $(seq 24); do
        mounts+='{"source":"/var/lib/source/'"$i"'","destination":"/mount/'"$i"'","type":"bind","flags":20480,"data":""},'
    done
    mkdir -p /run/bundle /run/runc/c $bench/none
    echo '{"ociVersion":"1.0.2","id":"c","status":"creating","pid":'$pid',"bundle":"/run/bundle","annotations":{}}' \
        >$bench/state.json
    echo '{"id":"c","init_process_pid":'$pid',"init_process_start":'"$start"',"created":"2024-01-01T00:00:00Z","config":{'\
'"mounts":['"${mounts%,}"'],"labels":["bundle=/run/bundle"]}}' >/run/runc/c/state.json
    echo '{"ociVersion":"1.0.2","process":{"args":["true"]},"mounts":['"${mounts%,}"'],"annotations":{}}' \
        >/run/bundle/config.json
    cp /bin/true $bench/runc
    # One that cannot be executed: valgrind counts up to the end of a program, not to its becoming another.
    touch $bench/none/runc
}

# crowd COUNT: containers of two networks each, c1 to cCOUNT.
crowd() {
    local i
    network 1
    network 2
    for i in $(seq "$1"); do
        container "c$i"
        attach "c$i" 2 eth1 $((i + 5))
        attach "c$i" 1 eth0 $((i + 5))
        request evenkeel "c$i" 2 $((i + 5))
        write_reset 2 $((i + 5)) fresh "c$i"
    done
}

# watched FIRST LAST: containers of two networks, as podman names their namespaces, with a default route by the first alone. There
# are too many of them for a /24, and for addresses that every interface chooses and tells all others.
watched() {
    local i name n
    if (($1 == 1)); then
        for n in 1 2; do
            printf '%s\n' "link add br$n type bridge" "addr add 10.$n.0.1/16 dev br$n" "link set br$n up"
        done | ip -batch -
        nft 'add table ip nat; add chain ip nat postrouting { type nat hook postrouting priority 100; }'
    fi
    for ((i = $1; i <= $2; i++)); do
        name=$(printf 'netns-%08x' "$i")
        ip netns add "$name"
        for n in 1 2; do
            printf '%s\n' "link add v$i-$n type veth peer name eth$((n - 1)) netns $name" \
                "link set v$i-$n addrgenmode none master br$n up"
        done | ip -batch -
        for n in 1 2; do
            printf '%s\n' "addr add 10.$n.$((i / 250)).$((i % 250 + 2))/16 dev eth$((n - 1))" \
                "link set eth$((n - 1)) addrgenmode none up"
        done | ip -n "$name" -batch -
        printf '%s\n' "link set lo up" "route add default via 10.1.0.1 dev eth0 proto static metric 100" |
            ip -n "$name" -batch -
    done
}
