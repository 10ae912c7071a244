# shellcheck shell=bash
# Two containers on two networks each, and the plugin run on them many times. Sourced after lab.sh.

# stage: `c` is there for ADD and CHECK; of `d` the first attachment has been deleted, for DEL to be repeated.
stage() {
    host
    network 1
    network 2
    local name
    for name in c d; do
        container $name
        attach $name 2 eth1 5
        attach $name 1 eth0 5
        # It is remembered that eth0 is preferred and chosen, so what says so again changes nothing.
        CNI_ARGS="EVENKEEL_DEFAULT_ROUTE=eth0;EVENKEEL_PREFER=true" cni ADD $name eth0 >/dev/null
    done
    cni DEL d eth0
    cni DEL d eth0
} 2>/dev/null

# conform FOLDER COUNT: runs the command lines 0.command and up, whose words end in NUL, with the input that lies beside
# each, and prints their exit statuses, a line each.
conform() {
    local folder=$1 count=$2 n status command
    for ((n = 0; n < count; n++)); do
        mapfile -d '' -t command <"$folder/$n.command"
        status=0
        "${command[@]}" <"$folder/$n.in" >"$folder/$n.out" 2>"$folder/$n.err" || status=$?
        echo "$status"
    done
}
