# shellcheck shell=bash
# The watcher in the packet laboratory. Sourced after lab.sh.

# of_engine NAME...: these containers look like podman's, by a second name in /run/netns.
of_engine() {
    local name
    for name in "$@"; do
        touch "/run/netns/netns-$name"
        mount --bind "/run/netns/$name" "/run/netns/netns-$name"
    done
}

# watcher OPTION...: starts it; its number is in $watcher. Returns once it has looked at everything.
watcher() {
    local notices=/run/notices
    rm -f $notices
    socat -u UNIX-RECVFROM:$notices,fork SYSTEM:'cat >>/run/noticed; echo >>/run/noticed' </dev/null >/dev/null 2>&1 &
    until [[ -S $notices ]]; do sleep 0.01; done
    rm -f /run/noticed
    # shellcheck disable=SC2154 # the tests set it
    NOTIFY_SOCKET=$notices "$programs/evenkeel-watch" --log-level debug "$@" </dev/null >>/run/watch.log 2>&1 &
    watcher=$!
    eventually 'grep -q READY=1 /run/noticed'
}

# eventually CONDITION: waits until it holds. The time only ends a test that fails.
eventually() {
    for _ in {1..1000}; do
        if eval "$1" 2>/dev/null; then return; fi
        sleep 0.02
    done
    echo "never: $1" >&2
    tail -40 /run/watch.log >&2
    return 1
}

# ask PATH [HEADER]: what the watcher's socket answers.
ask() {
    printf 'GET %s HTTP/1.0\r\n%s\r\n' "$1" "${2:+$2$'\r\n'}" |
        socat -t 5 - UNIX-CONNECT:/run/evenkeel/watch.sock | sed '1,/^\r$/d'
}

# status FILTER: a part of its status, by jq.
status() { ask /status | jq -c "$1"; }

# quiet: waits until it has nothing more to look at, and no container is young any more.
quiet() {
    local before after=
    while :; do
        before=$after
        after=$(status '[.looks, .events, .namespaces.young, .namespaces.unknown]')
        [[ $before != "$after" || $after != *",0,0]" ]] || break
        sleep 0.15
    done
}

# kept NAME...: the watcher knows them, and their hook has run.
kept() {
    local name
    for name in "$@"; do hook "$name" 2>/dev/null; done
    eventually "((\$(status .namespaces.kept) >= $#))"
}

# one_default FAMILY NAME: the only default route in main; fails if there are more or none.
one_default() { (($(defaults "$1" "$2" | wc -l) == 1)) && defaults "$1" "$2" | grep -o 'dev [^ ]*'; }

# plan NAME...: what `evenkeel apply` would still do.
plan() {
    local name
    for name in "$@"; do
        "$programs/evenkeel" apply --dry-run --netns "/run/netns/netns-$name" | grep -vx 'nothing to do' || :
    done
}

# stop: ends the watcher as systemd does. It must end well.
stop() {
    kill "$watcher"
    wait "$watcher"
}
