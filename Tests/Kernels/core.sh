# shellcheck shell=bash
# What is to work on every kernel, run in the machine as its only work. Lines that begin with RESULT are for kernels.sh.
# shellcheck disable=SC2154,SC2034,SC2016 # the laboratory, which is sourced, sets or reads them
# shellcheck source=/dev/null

laboratory=/tests/packets programs=/tests/programs
. /tests/lab.sh
. /tests/watch.sh

# An emulated processor is slow: the probes of a row go together, but for those of UDP, since socat's server takes one at a time.
probes=4
count_lost() {
    local probe jobs=()
    failed=0
    forget_gateways "$subject"
    for _ in $(seq "$probes"); do
        "$@" &
        if [[ $1 == udp_once ]]; then wait $! || failed=$((failed + 1)); else jobs+=($!); fi
    done
    for probe in "${jobs[@]}"; do wait "$probe" || failed=$((failed + 1)); done
}

say_result() { echo "RESULT $*"; }
must() { # WHAT COMMAND…
    "${@:2}" >/run/out 2>/run/err || {
        echo "$1 failed with $?:" && cat /run/out /run/err
        exit 1
    }
    said
    say_result "done" "$1"
}
# said: what the product said by itself of what it could not do.
said() { { grep -iE 'not |cannot|lacks|without|leave|miss|support' /run/err || :; } | sed 's/^/RESULT says /'; }

# relocated_is_read_only PROCESS: what is relocated is the program's next part after its code. The kernel may put pages of its own in
# between.
relocated_is_read_only() {
    cat "/proc/$1/maps"
    grep '/evenkeel' "/proc/$1/maps" | grep -A1 ' r-xp ' | grep -q ' r--p '
}

# lack WHAT CHAIN RULE: whether the kernel refuses a rule.
lack() {
    nft add table ip probe
    if ! nft "add chain ip probe c { type filter hook $2 priority 0; }; add rule ip probe c $3" 2>/run/nft; then say_result lacks "$1"; fi
    nft delete table ip probe
}

# Without nf_tables nothing is translated: `far` knows the way back.
bare_lab() {
    local n
    sysctl -qew net.ipv6.conf.default.accept_dad=0 net.ipv4.conf.all.rp_filter=0
    uplink
    container c
    for n in 1 2; do network "$n" 0; done
    for n in 2 1; do attach c "$n" "eth$((n - 1))" 5; done
    printf 'route add 10.89.0.0/16 via %s\nroute add fd00:89::/32 via %s\n' "$up4" "$up6" | batch far
    sysctl -qw net.ipv4.conf.br{1,2}.rp_filter=1
}

# count_rows WHEN SECONDS: how many rows lost. In the bare laboratory nobody publishes ports. The servers are new each time: socat's for UDP
# can stop for good where somebody who asked did not wait.
count_rows() {
    reply_timeout=$2
    pkill socat || :
    until ! pgrep socat >/dev/null; do sleep 0.1; done
    serve far
    serve c tcp
    losses 2 >/run/rows
    { if [[ -n ${bare:-} ]]; then grep -v published /run/rows || :; else cat /run/rows; fi; } >"/run/$1"
    say_result "$1" "$(wc -l <"/run/$1")"
}

say_result release "$(uname -r)"
if [[ -n ${bare:-} ]]; then
    bare_lab
    say_result lacks nf_tables
else
    lab 2 1
    lack 'socket wildcard' input 'socket wildcard 1'
    lack 'fib with iif in forward' forward 'fib saddr . iif oif missing drop'
fi
say_result pages "$(sed -n 's/^KernelPageSize: *//p' /proc/self/smaps | head -n 1)"
CNI_COMMAND=VERSION "$programs/evenkeel-cni" <<<'{"cniVersion":"1.0.0"}' | grep -q '"1.1.0"'
count_rows before 4
if [[ -n ${bare:-} ]]; then
    # The third remedy cannot be: the attachment is refused, with the reason, until the policy gives it up.
    if cni ADD c eth1 >/run/out 2>/run/err; then exit 1; fi
    say_result says "ADD: $(jq -r '[.msg, .details] | map(select(. != null)) | join("; ")' /run/out)"
    grep -q 'no nf_tables' /run/out
    echo '{"invalid": {"mode": "keep"}}' >/etc/evenkeel/policy.json
fi
must ADD cni ADD c eth1
must CHECK cni CHECK c eth1
# Where nothing should be lost, waiting costs nothing.
count_rows after 20
cat /run/after
if [[ -z ${bare:-} ]]; then
    nft list ruleset | sed -n '/table ip6\? evenkeel/,/^}/p' >/run/ours
    for family in ip ip6; do grep -q "table $family evenkeel" /run/ours; done
    if grep -q 'chain prerouting' /run/ours; then say_result says "(asks fib in prerouting, and drops in forward what was noted there)"; fi
fi

container h
for n in 2 1; do attach h "$n" "eth$((n - 1))" 6; done
must hook hook h
for family in 4 6; do one_default "$family" h; done

of_engine h
watcher
# Whatever size this kernel's pages have.
must RELRO relocated_is_read_only "$watcher"
kept h
ip -n h route append default via 10.89.2.1 dev eth1 proto static metric 100
eventually '[[ $(one_default 4 h) == "dev eth0" ]]'
inside h sysctl -qw net.ipv4.conf.eth0.rp_filter=1
eventually '! filters h | grep eth0 | grep -q :1'
quiet
stop
grep -iE 'lacks|not supported|cannot' /run/watch.log | sed 's/^/RESULT says /' || :
say_result "done" watcher

must DEL cni DEL c eth1
[[ $(wc -l </run/after) == 0 && $(wc -l </run/before) != 0 ]]
