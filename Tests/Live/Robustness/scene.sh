# shellcheck shell=bash
# A container on three networks, the states that runs find it in, and the programs that run over it. Sourced after lab.sh.
# What is ours goes to $own, so that whatever else appears below /run is the product's.
# shellcheck disable=SC2119,SC2120,SC2154 # what a function is run behind is optional; faults.sh sets $programs

own=/run/faults

attachments='[{"containerID":"t","ifname":"eth0"},{"containerID":"t","ifname":"eth1"},{"containerID":"t","ifname":"eth2"}]'
result='{"cniVersion":"1.1.0","interfaces":[],"ips":[]}'

# request_with [MEMBER]: a request of any verb, with one more member.
request_with() {
    echo "{${1:+$1,}\"cniVersion\":\"1.1.0\",\"name\":\"n\",\"type\":\"evenkeel\",\"prevResult\":$result,
        \"cni.dev/valid-attachments\":$attachments}"
}

request=$(request_with)

# to_files COMMAND...: with what it prints in $own/result and $own/said. A limit, so that nothing hangs for ever.
to_files() { timeout -k 1 60 "$@" >$own/result 2>$own/said; }

# The programs, each behind a command.

# plugin VERB INTERFACE [COMMAND...]
plugin() { call "$1" t /run/netns/t "$2" timeout -k 1 60 "${@:3}" <<<"$request" >$own/result 2>$own/said; }

# hook_at STAGE [COMMAND...]: for the container's process at createRuntime; at poststop there is none any more.
hook_at() {
    local state='"creating","pid":'$process
    [[ $1 == createRuntime ]] || state='"stopped"'
    to_files "${@:2}" "$programs/evenkeel-hook" <<<"{\"ociVersion\":\"1.0.2\",\"id\":\"t\",\"bundle\":\"/\",\"status\":$state}"
}

# runtime_start [COMMAND...]: as podman calls it. Ends when the real runtime has ended, too: that holds the pipe until then.
runtime_start() {
    local status
    rm -f $own/executed
    {
        EVENKEEL_RUNTIME=$own/real to_files "$@" "$programs/evenkeel-runtime" --root $own/runtime --log $own/log start t 8>&1 &&
            echo 0 >$own/status || echo $? >$own/status
    } | cat
    status=$(<$own/status)
    # A command that let go of the real runtime knows nothing of its end.
    [[ $status != 0 || ! -e $own/executed ]] || status=42
    return "$status"
}

apply() { to_files "$@" "$programs/evenkeel" apply --netns /run/netns/t </dev/null; }
host_apply() { to_files "$@" "$programs/evenkeel" host apply --persist </dev/null; }
host_remove() { to_files "$@" "$programs/evenkeel" host remove </dev/null; }

# scene: the container `t` is on two bridges, and by eth2 on a veth of which the other end stays with the host.
scene() {
    local n
    mkdir -p $own/{upper,work,runtime/t}
    mount -t overlay -o lowerdir=/etc,upperdir=$own/upper,workdir=$own/work overlay /etc
    rm -rf /etc/evenkeel /etc/{sysctl,modprobe,modules-load}.d/*evenkeel*
    mkdir -p /etc/evenkeel /etc/sysctl.d /etc/modprobe.d /etc/modules-load.d
    host
    network 1
    network 2
    container t
    for n in 3 2 1; do attach t $n eth$((n - 1)) 7; done
    nsenter --net=/run/netns/t sleep infinity </dev/null >/dev/null 2>&1 &
    process=$!
    until [[ $(</proc/$process/comm) == sleep ]]; do sleep 0.01; done
    echo "{\"init_process_pid\":$process,\"init_process_start\":$(cut -d ' ' -f 22 /proc/$process/stat),\"bundle\":\"$own\"}" \
        >$own/runtime/t/state.json
    echo '{"annotations":{"evenkeel.policy":"{}"}}' >$own/config.json
    printf '#!/bin/sh\necho executed >%s/executed\nexit 42\n' $own >$own/real
    chmod 755 $own/real
    {
        echo "route flush table all exact 0.0.0.0/0"
        echo "route flush table all exact ::/0"
        for n in 1 2 3; do
            defaults_by $n eth$((n - 1))
            echo "link set eth$((n - 1)) group 0"
        done
    } >$own/fresh.ip
    for family in ip ip6; do echo "add table $family evenkeel; delete table $family evenkeel"; done >$own/fresh.nft
}

# fresh: as before the first run.
fresh() {
    ip -n t rule flush protocol 69
    ip -n t -6 rule flush protocol 69
    # A flush fails when the kernel has taken one of the routes away by itself meanwhile.
    ip -n t -batch $own/fresh.ip 2>/dev/null || ip -n t -batch $own/fresh.ip
    inside t tee /proc/sys/net/ipv4/conf/{eth0,eth1,eth2,default}/rp_filter <<<1 >/dev/null
    nft -f $own/fresh.nft
    find /run -mindepth 1 -maxdepth 1 ! -path $own ! -path /run/netns -exec rm -rf {} +
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

# boot: the host as it booted, with a policy that sets a number and writes it for the next boot.
timeout_before=$(sysctl -n net.netfilter.nf_conntrack_generic_timeout)
boot() {
    fresh
    rm -f /etc/{sysctl,modprobe,modules-load}.d/{,.}*evenkeel*
    sysctl -qw "net.netfilter.nf_conntrack_generic_timeout=$timeout_before"
    echo '{"conntrack":{"max":"keep","genericTimeout":77}}' >/etc/evenkeel/policy.json
}

# booted: after `host apply`.
booted() {
    boot
    host_apply
}

# delete_all: as runtimes do after an ADD that failed.
delete_all() {
    local interface
    for interface in eth0 eth1 eth2; do plugin DEL $interface; done
}

# What is looked at afterwards.

# everything: the container, the host, and files.
everything() {
    state t
    files
}

# files: whatever there is below /run, and what was written below /etc.
files() {
    find /run $own/upper -xdev \( -path $own -o -path /run/netns -o -path /run/evenkeel/locks \) -prune -o \
        -path /run/evenkeel -o \( -type f -printf '%p %m %s\n' -o -print \) | sort
}

# remains: what is left in the container when all is deleted. What filters a packet back in may stay.
remains() {
    # Whoever was cut off early has left no mark.
    ip -n t -o route show table all | grep -v 'table 17738997 ' | sort
    ip -n t rule
    ip -n t -6 rule
    groups t
}

# settings: what belongs to the host.
settings() {
    nft -s list ruleset
    sysctl net.netfilter.nf_conntrack_generic_timeout
    cat /run/evenkeel/sysctls /etc/{sysctl,modprobe,modules-load}.d/*evenkeel* 2>/dev/null || :
    files
}
