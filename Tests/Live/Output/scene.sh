# shellcheck shell=bash
# Containers with long names, on two networks that contradict each other, for what the command line prints of them. Sourced after lab.sh
# and Watch/watch.sh.

# named NAMESPACE NUMBER NAME: that namespace's container, as Docker has it.
named() {
    local id folder pid
    id=$(printf '%064d' "$2") folder=/var/lib/docker/containers
    mkdir -p /run/docker/netns
    touch "/run/docker/netns/0123456789a$2"
    mount --bind "/run/netns/$1" "/run/docker/netns/0123456789a$2"
    mkdir -p "$folder/$id"
    printf '{"Name": "/%s"}' "$3" >"$folder/$id/config.v2.json"
    ip netns exec "$1" sleep 600 </dev/null >/dev/null 2>&1 &
    pid=$!
    until [[ $(</proc/$pid/comm) == sleep ]]; do sleep 0.01; done
    echo "0::/docker/$id" >"/run/cgroup-$2"
    mount --bind "/run/cgroup-$2" "/proc/$pid/cgroup"
}

# scene: two of them, broken, and one on one network. All that is written stays in the sandbox.
scene() {
    private_etc
    mount -t tmpfs tmpfs /var/lib
    lab 2 1
    container d
    attach d 1 eth0 6
    attach d 2 '網絡1' 6
    container e
    attach e 1 eth0 7
    named c 1 production-orders-service-5d9c7b6f4-abcde-with-a-very-long-name
    named d 2 production-orders-service-5d9c7b6f4-fghij-with-a-very-long-name
    named e 3 database
    conntrack -I -s 10.89.1.5 -d 198.51.100.2 -p tcp --sport 1 --dport 443 --state ESTABLISHED -t 600 >/dev/null 2>&1
    conntrack -I -s fd00:89:1::6 -d 2001:db8:51::2 -p udp --sport 1 --dport 53 -t 600 >/dev/null 2>&1
    conntrack -I -s 203.0.113.9 -d 203.0.113.8 -p udp --sport 2 --dport 53 -t 600 >/dev/null 2>&1
    mkdir -p /etc/cni/net.d /run/cni /run/broken/etc/cni /run/broken/etc/containerd
    echo '{"cniVersion": "1.0.0", "name": "a-network", "plugins": [{"type": "a-plugin-that-is-missing"}]}' \
        >/etc/cni/net.d/10-a-network-with-a-long-name.conflist
    echo '{"cniVersion": "1.0.0", "name": "n", "plugins": [{"type": "bridge"}]}' >/run/cni/n.conflist
    # A file where a folder of lists should be.
    touch /run/broken/etc/cni/net.d /run/broken/etc/containerd/config.toml
    echo '{"rpFilter": "sometimes", "defaultRuote": {}}' >/run/faulty.json
}
