# shellcheck shell=bash
# Part of install-test.sh: what a run that was killed has left.
# shellcheck disable=SC2154

killed_runs_leave_nothing() {
    local temporary=$scratch/temporary dead
    new_root
    install_it
    sleep 0 & dead=$!
    wait $dead
    rm "$root/usr/local/bin/evenkeel"
    mkdir -p "$temporary"/{evenkeel-install.$dead.abcdef,evenkeel-install.$$.abcdef,other}
    echo half >"$root/usr/local/bin/evenkeel.evenkeel-new.$dead"
    echo half >"$root/usr/local/bin/evenkeel.evenkeel-new.$$"
    TMPDIR=$temporary install_it
    same "$(cd "$root/usr/local/bin" && echo *)" "evenkeel evenkeel.evenkeel-new.$$"
    same "$(cd "$temporary" && echo *)" "evenkeel-install.$$.abcdef other"
}
check "what a killed run has left goes with the next, and what a running one writes stays" killed_runs_leave_nothing
