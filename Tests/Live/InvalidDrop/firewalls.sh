# shellcheck shell=bash
# Firewalls and the like that a host may have. Sourced after lab.sh and invalid.sh. Each has three functions: NAME_start; NAME_reload,
# which makes it write all its rules again; and NAME_stop. The tests set $firewalls: firewalld, ufw and ipvsadm, unpacked.

# Their files over those of the machine, for this mount namespace alone; what they write is gone with it.
lay() {
    mkdir -p /run/layers/{upper,work}
    # shellcheck disable=SC2154
    mount -t overlay overlay -o "lowerdir=$firewalls/usr:/usr" /usr
    mount -t overlay overlay -o "lowerdir=$firewalls/etc:/etc,upperdir=/run/layers/upper,workdir=/run/layers/work" /etc
}

# theirs: all rules but the product's, without counters.
theirs() {
    local program family name
    nft list tables | sed -E '/^table ip6? evenkeel$/d' | while read -r _ family name; do
        nft -s list table "$family" "$name"
    done | sed '/^#/d'
    for program in iptables ip6tables; do "$program-legacy-save" | sed '/^#/d; s/ \[.*//'; done
}

# evenkeels: the product's own, with handles and counters.
evenkeels() { for family in ip ip6; do nft -a list table $family evenkeel; done; }

# both PROGRAM ARGUMENT...: for either version of IP.
both() {
    local variant=$1
    shift
    "iptables-$variant" "$@"
    "ip6tables-$variant" "$@"
}

# --- firewalld ---

firewalld_start() {
    lay
    # No polkit, nor anything else that the bus would start: root may do everything.
    mount -t tmpfs tmpfs /usr/share/dbus-1/system-services
    mkdir -p /run/dbus
    dbus-daemon --system --fork --nopidfile
    firewalld --nofork --nopid </dev/null >/run/firewalld.log 2>&1 &
    echo $! >/run/firewalld.pid
    await firewall-cmd --state
}

firewalld_reload() {
    firewall-cmd -q --reload
    firewall-cmd -q --complete-reload
}

firewalld_stop() {
    kill "$(</run/firewalld.pid)"
    await eval "! nft list table inet firewalld"
}

firewalld_forward() { firewall-cmd -q --zone=trusted --add-interface=br1 --add-interface=uplink; }

# --- ufw ---

ufw_start() {
    lay
    ufw_enable
}

ufw_enable() {
    # What its package's script does.
    cp /usr/share/ufw/{before,after}.init /usr/share/ufw/ufw.conf /usr/share/ufw/iptables/* /etc/ufw/
    ufw --force enable >/dev/null
    # Two IPv6 rules of its own come only with the first reload.
    ufw reload >/dev/null
}

ufw_reload() { ufw reload >/dev/null; }

# It leaves its chains, empty.
ufw_stop() { ufw disable >/dev/null; }

ufw_forward() { ufw default allow routed >/dev/null; }

ufwLegacy_start() {
    lay
    local program
    for program in iptables ip6tables; do
        ln -sf "/usr/sbin/$program-legacy" "/etc/alternatives/$program"
        ln -sf "/usr/sbin/$program-legacy-restore" "/etc/alternatives/$program-restore"
    done
    ufw_enable
}

ufwLegacy_reload() { ufw_reload; }
ufwLegacy_stop() { ufw_stop; }
ufwLegacy_forward() { ufw_forward; }

# --- iptables ---

iptables_start() {
    both "$1" -A INPUT -i lo -j ACCEPT
    both "$1" -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    both "$1" -A INPUT -m conntrack --ctstate INVALID -j DROP
    both "$1" -t mangle -A PREROUTING -p tcp -m conntrack --ctstate INVALID -j DROP
    both "$1" -t raw -A PREROUTING -i uplink -p tcp --dport 53 -j CT --notrack
}

iptables_stop() {
    local table
    for table in raw mangle filter; do
        both "$1" -t $table -F
        both "$1" -t $table -X
    done
}

iptables_reload() {
    iptables_stop "$1"
    iptables_start "$1"
}

iptablesNft_start() { iptables_start nft; }
iptablesNft_reload() { iptables_reload nft; }
iptablesNft_stop() { iptables_stop nft; }
iptablesLegacy_start() { iptables_start legacy; }
iptablesLegacy_reload() { iptables_reload legacy; }
iptablesLegacy_stop() { iptables_stop legacy; }

# --- what engines write ---

docker_start() {
    both nft -N DOCKER-USER
    both nft -N DOCKER-ISOLATION
    both nft -N DOCKER
    both nft -P FORWARD DROP
    both nft -A FORWARD -j DOCKER-USER
    both nft -A FORWARD -j DOCKER-ISOLATION
    both nft -A FORWARD -o br1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    both nft -A FORWARD -o br1 -j DOCKER
    both nft -A FORWARD -i br1 -j ACCEPT
    both nft -A DOCKER-USER -j RETURN
    both nft -t nat -N DOCKER
    both nft -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
    both nft -t nat -A DOCKER -i br1 -j RETURN
}

docker_stop() {
    both nft -P FORWARD ACCEPT
    both nft -F
    both nft -X
    both nft -t nat -F
    both nft -t nat -X
}

docker_reload() {
    docker_stop
    docker_start
}

netavark_start() {
    nft -f - <<'RULES'
table inet netavark {
    chain INPUT {
        type filter hook input priority filter
        ip saddr 10.89.1.0/24 meta l4proto { tcp, udp } th dport 53 accept
    }
    chain FORWARD {
        type filter hook forward priority filter
        ct state invalid drop
        jump NETAVARK-ISOLATION-1
        ip daddr 10.89.1.0/24 ct state { established, related } accept
        ip saddr 10.89.1.0/24 accept
    }
    chain NETAVARK-ISOLATION-1 { }
}
RULES
}

netavark_stop() { nft delete table inet netavark; }

netavark_reload() {
    netavark_stop
    netavark_start
}

# kube-proxy's drop in forward, and the kubelet's in input, for addresses of the loopback interface from elsewhere.
kubernetes_start() {
    both nft -N KUBE-FORWARD
    both nft -N KUBE-FIREWALL
    both nft -A FORWARD -j KUBE-FORWARD
    both nft -A INPUT -j KUBE-FIREWALL
    both nft -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
    iptables-nft -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
}

kubernetes_stop() {
    both nft -F
    both nft -X
}

kubernetes_reload() {
    kubernetes_stop
    kubernetes_start
}

# --- a file for nft that begins with flushing everything, as /etc/nftables.conf of Debian does ---

nftables_start() {
    {
        echo "flush ruleset"
        nft list table inet nat
        cat <<'RULES'
table inet filter {
    chain input {
        type filter hook input priority filter; policy drop
        iif lo accept
        ct state vmap { established : accept, related : accept, invalid : drop }
        tcp dport 22 accept
        meta l4proto { icmp, ipv6-icmp } accept
    }
}
RULES
    } >/run/nftables.conf
    nft -f /run/nftables.conf
}

nftables_reload() { nft -f /run/nftables.conf; }
nftables_stop() { nft delete table inet filter; }
