# shellcheck shell=bash
# Part of packages-test.sh: the completions, in the shells themselves.
# shellcheck disable=SC2154

scripts=$scratch/completions

# in_own_etc COMMAND…: where there is a network `backwater`, and `evenkeel` is the built program.
in_own_etc() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare -m --propagation private bash -c '
        mount -t tmpfs tmpfs /etc/cni 2>/dev/null || { mkdir -p /etc/cni && mount -t tmpfs tmpfs /etc/cni; }
        mkdir -p /etc/cni/net.d
        echo "{\"cniVersion\": \"1.0.0\", \"name\": \"backwater\", \"plugins\": [{\"type\": \"bridge\", \"bridge\": \"cni9\"}]}" \
            >/etc/cni/net.d/backwater.conflist
        PATH=$1:$PATH exec "${@:2}"' bash "$repository/.build/dist" "$@"
}

# completes SETUP SHELL [ARGUMENT…]: at a terminal the shell completes commands, a finding and a network.
completes() {
    local case
    for case in "evenkeel do|doctor" "evenkeel explain wish|wish-unmet" "evenkeel host st|status" \
        "evenkeel apply --default-route backw|backwater" "evenkeel watch ev|events"; do
        in_own_etc python3 "$here/typed.py" "$1" "${case%|*}" "${case#*|}" "${@:2}"
    done
}

bash_completes() { completes "source $scripts/bash-completion/completions/evenkeel" bash --norc --noprofile; }
zsh_completes() {
    completes "unsetopt beep; fpath=($scripts/zsh/site-functions \$fpath); autoload -Uz compinit; compinit -u -D" zsh -f -i
}
fish_completes() {
    HOME=$scratch completes "source $scripts/fish/vendor_completions.d/evenkeel.fish" fish --no-config --interactive
}

completions_are_made() {
    "$repository/install/completions.sh" "$scripts"
    same "$(find "$scripts" -type f | wc -l)" 3
}
check "the completions of three shells are made" completions_are_made
for shell in bash zsh fish; do
    sentence="$shell completes commands, findings and networks"
    if command -v "$shell" >/dev/null; then check "$sentence" "${shell}_completes"; else skip "$sentence" "needs $shell"; fi
done
