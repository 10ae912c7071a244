# shellcheck shell=bash
# One run of the plugin held up after each of its requests to the kernel, while another comes and goes: s1 and s2 on the
# bridge br1. Sourced after stress.sh.

# interleave PREPARATION FIRST SECOND CLEANING: in the middle of FIRST, wherever that is, SECOND runs from its beginning to
# its end; afterwards s2 is guarded. Prints a line for whatever is otherwise, and at last how often FIRST was held up.
interleave() {
    local prepare=$1 first=$2 second=$3 clean=$4 n=0
    while ((++n < 100)); do
        $prepare || echo "request $n: cannot prepare"
        hold_up $n "$first"
        $second >/dev/null || echo "$second failed while $first stood after request $n"
        kill -CONT "$(</run/held.pid)" 2>/dev/null || :
        wait $! || echo "$first failed after it had stood after request $n: $(</run/held.said)"
        plugin CHECK s2 1 >/dev/null 2>&1 || echo "s2 is not guarded: $first, $second after request $n"
        [[ $(nft list ruleset | grep -c evenkeel\ 2:) == 6 ]] || echo "$first, $second after request $n: $(nft list ruleset)"
        $clean || echo "request $n: cannot clean up"
        grep -q SIGSTOP /run/held || break
    done 2>/run/interleave.said
    echo "$((n - 1)) times"
}

# hold_up N FIRST: returns when FIRST stands after its request number N, or has ended before.
hold_up() {
    rm -f /run/held
    {
        # shellcheck disable=SC2034 # read by plugin
        # shellcheck disable=SC2016 # the shell in front of the plugin expands it
        through=(
            strace -qq -o /run/held -e trace=sendto -e "inject=sendto:signal=STOP:when=$1"
            bash -c 'echo $$ >/run/held.pid; exec "$0"'
        )
        $2 >/dev/null 2>/run/held.said
    } &
    until grep -q 'stopped by SIGSTOP' /run/held 2>/dev/null || ! kill -0 $! 2>/dev/null; do sleep 0.002; done
}
