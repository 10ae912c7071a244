# shellcheck shell=bash
# What scripts on a host with Docker have at hand to measure which ways a container's packets go and come back. Sourced after watched.sh.
# shellcheck disable=SC2154,SC2034 # of the laboratory

# lan: a client beyond `far`, which is the LAN's router, and m1, a macvlan on the uplink whose gateway `far` is.
lan() {
    local bridge
    ip netns add client
    ip link add beyond netns far type veth peer name eth0 netns client
    batch far <<END
link set beyond up
addr add 203.0.113.1/24 dev beyond
addr add 2001:db8:71::1/64 dev beyond nodad
addr add 10.86.1.1/24 dev uplink
addr add fd00:86:1::1/64 dev uplink nodad
END
    batch client <<END
link set lo up
link set eth0 up
addr add 203.0.113.2/24 dev eth0
addr add 2001:db8:71::2/64 dev eth0 nodad
route add default via 203.0.113.1
route add default via 2001:db8:71::1
END
    # IPv6 has no reverse path filter.
    nft delete table ip6 strict
    inside far sysctl -qew net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
        net.ipv4.conf.uplink.rp_filter=0
    # The router knows the way to the bridges' networks by the host, and the host the way to the client.
    batch far <<END
route add 10.88.0.0/16 via $up4
route add fd00:88::/32 via $up6
END
    batch "" <<END
route add default via $far4
route add default via $far6
END
    docker network create -d macvlan -o parent=uplink --subnet 10.86.1.0/24 --gateway 10.86.1.1 --ipv6 \
        --subnet fd00:86:1::/64 --gateway fd00:86:1::1 m1 >/dev/null
    # Docker drops what is forwarded to its bridges from outside unless it publishes it.
    for bridge in docker1 docker2; do iptables -I DOCKER-USER -i uplink -o $bridge -j ACCEPT; done
    serve client tcp
}

# others: containers on other networks: `plain`, and `inner`, an internal one. Docker keeps apart what is on different networks.
others() {
    local greeting='exec nc -ll -p 80 -e echo hello'
    docker network create --subnet 10.88.7.0/24 -o com.docker.network.bridge.name=docker7 plain >/dev/null
    docker network create --internal --subnet 10.88.9.0/24 -o com.docker.network.bridge.name=docker9 inner >/dev/null
    docker run -d --name other --network d2 localhost/busybox sh -c "$greeting" >/dev/null
    docker run -d --name apart --network plain localhost/busybox sh -c "$greeting" >/dev/null
    docker run -d --name hidden --network inner localhost/busybox sh -c "$greeting" >/dev/null
}

# policy LEARN: writes the host's policy.
policy() {
    mkdir -p /etc/evenkeel
    echo "{\"defaultRoute\": {\"learn\": \"$1\"}}" >/etc/evenkeel/policy.json
}

reload() { kill -HUP "$(pidof evenkeel-watch)"; }

client4=203.0.113.2 client6=2001:db8:71::2

# strict_host YES: whether the host filters what comes in by a bridge from another network's address.
strict_host() {
    local filter=2
    [[ $1 != yes ]] || filter=1
    sysctl -qw net.ipv4.conf.all.rp_filter=0 "net.ipv4.conf.docker1.rp_filter=$filter" "net.ipv4.conf.docker2.rp_filter=$filter"
}

# of INTERFACE FAMILY: the container's address there.
of() { inside "$subject" ip -o "-$2" addr show dev "$1" scope global | awk '{ sub("/.*", "", $4); print $4; exit }'; }

# device PREFIX: the container's interface with an address of that network.
device() { inside "$subject" ip -o -4 addr show | awk -v "prefix=$1" 'index($4, prefix) == 1 { print $2 }'; }

# said TITLE PROBE...: how many of two came back.
said() {
    local count=0
    inside "$subject" ip neigh flush all
    inside far ip neigh flush all
    inside client ip neigh flush all
    for _ in 1 2; do if "${@:2}"; then count=$((count + 1)); fi; done
    echo "$1: $count"
}

# table NAME: a line for each way, for the container on d1, d2 and m1, whose default is by d1.
table() {
    local mac back front family client far bridged
    subject=/proc/$(process "$1")/ns/net
    reply_timeout=0.6
    front=$(device 10.88.1.) back=$(device 10.88.2.) mac=$(device 10.86.1.)
    for family in 4 6; do
        client=client$family far=far$family
        client=${!client} far=${!far}
        said "IPv$family client to the macvlan" probe ping client "$(of "$mac" "$family")"
        said "IPv$family from the macvlan's address to the client" probe ping "$subject" "$client" "$(of "$mac" "$family")"
        said "IPv$family bound to the macvlan, ping" probe ping "$subject" "$client" "dev:$mac"
        said "IPv$family bound to the macvlan, TCP" probe tcp "$subject" "$client" "dev:$mac"
        said "IPv$family bound to the second bridge, ping" probe ping "$subject" "$client" "dev:$back"
        said "IPv$family bound to the second bridge, TCP" probe tcp "$subject" "$client" "dev:$back"
        said "IPv$family from the second bridge's address" probe ping "$subject" "$client" "$(of "$back" "$family")"
        said "IPv$family client to the second bridge's address" probe ping client "$(of "$back" "$family")"
        # What is well before must stay so.
        said "IPv$family unbound" probe tcp "$subject" "$client"
        said "IPv$family from the first bridge's address" probe ping "$subject" "$client" "$(of "$front" "$family")"
        said "IPv$family bound to the first bridge" probe tcp "$subject" "$client" "dev:$front"
    done
    said "published port" tcp_once client "$up4" 8080
    said "published port from the host" tcp_once /proc/self/ns/net 127.0.0.1 8080
    said "names" eval "docker exec $1 /bin/busybox nslookup other >/dev/null 2>&1"
    said "a neighbour on the second bridge" probe tcp "$subject" "$(docker inspect -f '{{.NetworkSettings.Networks.d2.IPAddress}}' other)"
}

# denied NAME: what must not pass, whatever is learnt.
denied() {
    local from
    subject=/proc/$(process "$1")/ns/net
    for from in "" "$(of "$(device 10.88.1.)" 4)" "$(of "$(device 10.88.2.)" 4)" "dev:$(device 10.88.2.)"; do
        said "to another bridge's container from ${from:-any}" probe tcp "$subject" \
            "$(docker inspect -f '{{.NetworkSettings.Networks.plain.IPAddress}}' apart)" "$from"
        said "to an internal container from ${from:-any}" probe tcp "$subject" \
            "$(docker inspect -f '{{.NetworkSettings.Networks.inner.IPAddress}}' hidden)" "$from"
    done
    said "client to an internal container" probe tcp client "$(docker inspect -f '{{.NetworkSettings.Networks.inner.IPAddress}}' hidden)"
    # Published for the host alone.
    said "client to a port of the host's loopback" tcp_once client "$up4" 8081
}

# egress NAME: to the client, over IPv4.
egress() {
    subject=/proc/$(process "$1")/ns/net reply_timeout=0.6
    said "second bridge" probe ping "$subject" "$client4" "$(of "$(device 10.88.2.)" 4)"
    said "macvlan" probe ping "$subject" "$client4" "$(of "$(device 10.86.1.)" 4)"
    said "unbound" probe ping "$subject" "$client4"
}

# touch_host: a setting of the host's that the watcher hears of.
touch_host() { sysctl -qw net.ipv4.conf.docker7.rp_filter=1; sysctl -qw net.ipv4.conf.docker7.rp_filter=2; }

# learnt NAME FAMILY: the routes by learnt gateways.
learnt() { inside "$1" ip "-$2" route show table all default | grep 'proto 71' | sed 's/ proto.*//' || :; }

# learnt_are NAME FAMILY GATEWAYS: waits until they are.
learnt_are() {
    local attempt said
    for attempt in {1..160}; do
        said=$(learnt "$1" "$2" | sed 's/.*via \([^ ]*\) .*/\1/' | sort | paste -sd ' ')
        [[ $said != "$3" ]] || return 0
        sleep 0.05
    done
    echo "learnt: '$said', not '$3'" >&2
    { inside "$1" ip -4 route show table all default; inside "$1" ip -6 route show table all default; inside "$1" ip neigh; } >&2
    tail -60 /run/watch.log >&2
    return 1
}
