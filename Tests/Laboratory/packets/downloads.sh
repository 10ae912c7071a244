# shellcheck shell=bash
# Downloads and uploads between $subject and `far`, of which some of the sender's segments leave with a sequence number far above
# the window. The sender's TCP does not know, takes them for lost, and sends them again unharmed. Sourced after probes.sh.
# shellcheck disable=SC2154 # host.sh and probes.sh sets it

connections=5
words=/run/words # what is downloaded and uploaded

# offer BYTES: servers at `far` for downloads (81) and uploads (82).
offer() {
    local family
    head -c "$1" /dev/urandom >$words
    : >/run/uploaded
    for family in "${families[@]}"; do
        listen far "TCP$family-LISTEN:81,fork,reuseaddr" OPEN:$words -U
        listen far "TCP$family-LISTEN:82,fork,reuseaddr" SYSTEM:"sha256sum >>/run/uploaded" -u
    done
}

# watch_far: what arrives at `far`, before anything there decides about it.
watch_far() {
    of_known_families <<'END' | inside far nft -f -
table inet watch {
    counter resets { }
    counter leaked { }
    chain arrived {
        type filter hook prerouting priority raw
        tcp flags & rst != 0 counter name resets
        ip saddr 10.89.0.0/16 counter name leaked
        ip6 saddr fd00:89::/32 counter name leaked
    }
}
END
}

# spoil NAME: one of every 25 full data segments that leave it becomes INVALID. Segments are kept small enough for each
# connection to have hundreds of them.
spoil() {
    local device=uplink
    [[ $1 == far ]] || device=eth0
    ip -n "$1" link set $device gso_max_size 9000
    inside "$1" nft -f - <<'END'
table inet spoil {
    counter spoilt { }
    chain output {
        type filter hook output priority mangle
        tcp flags & (syn | fin | rst) == 0 meta length > 1000 numgen inc mod 25 == 20 counter name spoilt tcp sequence set tcp sequence ^ 0x80000000
    }
}
END
}

# count NAME COUNTER: how many packets one of the counters above has seen.
count() { inside "$1" nft list counters | grep -A 1 "counter $2 {" | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

# downloads FAMILY: several at once. Prints how many came whole; of the sender's end the receiver knows by keepalive alone. What
# each said of its failure is in /run/download.N.
downloads() {
    local address=far$1 number jobs=()
    for number in $(seq "$connections"); do
        inside "$subject" timeout 60 socat -d -b 65536 -u \
            "TCP:$(bracket "${!address}"):81,keepalive,keepidle=1,keepintvl=1" - 2>"/run/download.$number" |
            sha256sum >"/run/downloaded.$number" &
        jobs+=($!)
    done
    for number in "${jobs[@]}"; do wait "$number" || :; done
    cat /run/downloaded.* | whole
}

# uploads FAMILY: the same the other way round.
uploads() {
    local address=far$1 number jobs=()
    : >/run/uploaded
    for number in $(seq "$connections"); do
        inside "$subject" timeout 60 socat -b 65536 -u OPEN:$words "TCP:$(bracket "${!address}"):82" 2>/dev/null &
        jobs+=($!)
    done
    for number in "${jobs[@]}"; do wait "$number" || :; done
    await uploaded
    whole </run/uploaded
}

uploaded() { [[ $(wc -l </run/uploaded) == "$connections" ]]; }

whole() { grep -c "$(sha256sum <$words | cut -d ' ' -f 1)" || :; }
