# shellcheck shell=bash
# A machine whose connection tracking table can be filled, for scripts that run in a kernel of their own to source: the packet
# laboratory with a container `c` on one network, without a bridge.

# shellcheck source=Tests/Laboratory/packets/all.sh disable=SC2154
. "$laboratory/all.sh"
# shellcheck disable=SC2034
probes=20 reply_timeout=0.5

# shellcheck disable=SC2154
evenkeel() { "$programs/evenkeel" "$@"; }

# policy JSON: without nftables the drop cannot be; everything else can.
policy() { mkdir -p /run/etc && printf '%s\n' "$1" >/run/etc/policy.json; }

machine() {
    modprobe nf_conntrack
    policy '{"invalid":{"mode":"keep"}}'
    uplink
    container c
    attach c 1 eth0 5
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

# talk LINE: what becomes of it on the connection that is open.
talk() {
    say "$1"
    if heard "$1" 300; then echo "heard $1"; else echo "nothing heard"; fi
}
