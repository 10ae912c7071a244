# shellcheck shell=bash
# A connection that stays open. Sourced after host.sh and servers.sh.
# shellcheck disable=SC2154 # host.sh sets it

# converse NAME ADDRESS: a connection from NAME that stays open, to an echo at `far`; `say` sends a line, `heard` tells whether
# it came back.
converse() {
    local family
    for family in "${families[@]}"; do listen far "TCP$family-LISTEN:9,fork,reuseaddr" EXEC:cat; done
    until [[ $(inside far ss -Hltn 'sport = :9' | wc -l) == "${#families[@]}" ]]; do sleep 0.01; done
    : >/run/said
    tail -f /run/said 2>/dev/null | inside "$1" socat - "TCP:$(bracket "$2"):9" >/run/heard 2>/dev/null &
    until inside "$1" ss -Htn state established | grep -q ':9'; do sleep 0.01; done
}

say() { echo "$1" >>/run/said; }

heard() {
    for _ in $(seq "${2:-50}"); do
        ! grep -qx "$1" /run/heard || return 0
        sleep 0.01
    done
    return 1
}
