# shellcheck shell=bash
# Finds the engines to set up.
# shellcheck disable=SC2154

known_engines=(podman docker containerd cri-o)
# The engines to set up, from --engines or as found.
engines=()

engines_argument() {
    local engine
    [[ $# -ge 1 && -n $1 && $1 != -* ]] || usage_error "--engines needs a list: $(IFS=, && echo "${known_engines[*]}")"
    IFS=, read -ra engines <<<"$1"
    for engine in "${engines[@]}"; do
        [[ " ${known_engines[*]} " == *" $engine "* ]] ||
            usage_error "--engines: no engine '$engine' among ${known_engines[*]}"
    done
}

wants() { [[ " ${engines[*]} " == *" $1 "* ]]; }

# Whether the host has the program; below a --destdir, whether the tree has it.
has_program() {
    local folder
    if [[ -z $destdir ]]; then
        PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null
        return
    fi
    for folder in {/usr/local,/usr,}/{s,}bin; do
        [[ ! -x $destdir$folder/$1 ]] || return 0
    done
    return 1
}

find_engines() {
    ((${#engines[@]} == 0)) || return 0
    # A package's tree may be for a host with podman; without podman its files do no harm.
    if [[ -n $destdir ]] || has_program podman; then engines+=(podman); fi
    if has_program dockerd || [[ -d $destdir/etc/docker ]]; then engines+=(docker); fi
    if has_program containerd; then engines+=(containerd); fi
    if has_program crio; then engines+=(cri-o); fi
    ((${#engines[@]} > 0)) ||
        note "no podman, Docker, containerd or CRI-O found: run this again after you install one, or name it with --engines"
}
