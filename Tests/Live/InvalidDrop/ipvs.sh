#!/usr/bin/env bash
# The first process of a user-mode Linux, which has IPVS where the machine's kernel may lack it. It balances $count connections
# of a client to a virtual address with `forwarding`, as ipvsadm takes it, and net.ipv4.vs.conntrack set to `tracks`; prints
# how many came whole: without rules, and with a drop of INVALID segments in input, `patience` seconds given for each. The
# kernel hands its own arguments on as variables.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin
: "${forwarding:?}" "${tracks:?}" "${patience:?}"
count=2

end() {
    echo "ended with $?"
    echo o >/proc/sysrq-trigger
    sleep 60
}
mount -t proc proc /proc
mount -t sysfs sysfs /sys
trap end EXIT
mount -t tmpfs tmpfs /run
mkdir -p /run/root/lib
ln -s /usr/lib/uml/modules /run/root/lib/modules
modprobe -d /run/root -a veth iptable_filter xt_conntrack ip_vs ip_vs_rr

# node NAME N: a namespace with 10.0.N.3 behind 10.0.N.1.
node() {
    ip netns add "$1"
    ip link add "$1" type veth peer name eth0 netns "$1"
    ip addr add "10.0.$2.1/24" dev "$1"
    ip link set "$1" up
    ip -n "$1" addr add "10.0.$2.3/24" dev eth0
    ip -n "$1" link set lo up
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via "10.0.$2.1"
}

whole() { # SECONDS
    local whole=0
    for _ in $(seq "$count"); do
        [[ $(timeout "$1" ip netns exec client socat -t "$1" - TCP:10.9.9.9:80 </run/words) != "$sum" ]] || ((++whole))
    done
    echo "$whole"
}

node client 1
node server 2
ip addr add 10.9.9.9/32 dev client
sysctl -qw net.ipv4.ip_forward=1
ipvsadm -A -t 10.9.9.9:80 -s rr
ipvsadm -a -t 10.9.9.9:80 -r 10.0.2.3:80 "$forwarding"
if [[ $forwarding == -g ]]; then
    # The server answers as the virtual address, by a way of its own.
    ip -n server addr add 10.9.9.9/32 dev lo
    ip link add direct0 netns client type veth peer name direct0 netns server
    for name in client server; do ip -n $name link set direct0 up; done
    ip -n client addr add 10.0.3.1/24 dev direct0
    ip -n server addr add 10.0.3.2/24 dev direct0
    ip -n server route replace 10.0.1.3/32 via 10.0.3.1
fi
sed 's/^/table: /' /proc/net/ip_vs
head -c 300000 /dev/urandom >/run/words
sum=$(sha256sum </run/words)
ip netns exec server socat TCP-LISTEN:80,fork,reuseaddr EXEC:sha256sum &
until [[ -n $(ip netns exec server ss -Hltn) ]]; do sleep 0.05; done
sysctl -qw net.ipv4.vs.conntrack="$tracks"
without=$(whole 60)
iptables-legacy -A INPUT -p tcp -m conntrack --ctstate INVALID -j DROP
echo "$without whole, $(whole "$patience") with the drop"
