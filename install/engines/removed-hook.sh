# shellcheck shell=bash
# What stays of the hook when Evenkeel is removed. podman and CRI-O run a container's hooks as they were at its start, also when it ends,
# and warn of a program that is gone. So as long as a container names the hook, install/removed-hook.sh stands in its place.
# shellcheck disable=SC2154

hook_program() { printf '%s/libexec/evenkeel/evenkeel-hook\n' "$prefix"; }

# Whether a container that runs names the hook: conmon has the folder of its container's configuration in its arguments.
is_hook_named() {
    local user process bundle
    [[ -z $destdir ]] || return 1
    while read -r user process; do
        # What ordinary users run is not read. Their podman reads the same hooks.
        [[ $user == 0 ]] || return 0
        bundle=$(tr '\0' '\n' 2>/dev/null <"$process/cmdline" | sed -n '/^-b$/{n;p;q}') || continue
        [[ $bundle != /* ]] || ! grep -qsF "\"$(hook_program)\"" "$bundle/config.json" || return 0
    done < <(processes conmon)
    return 1
}

# put_removed_hook TARGET LEVELS: what takes itself away, and so many of its folders if they are empty.
put_removed_hook() {
    sed "s/^levels=1$/levels=$2/" "$here/removed-hook.sh" >"$rendered/removed-hook"
    put 755 "$rendered/removed-hook" "$1"
}

is_removed_hook() { [[ -f $1 && ! -L $1 ]] && head -n 2 -- "$1" | grep -qx '# Evenkeel is removed\..*'; }

# removed_hook_levels FILE: how many folders it is to take with it.
removed_hook_levels() { sed -n 's/^levels=\([0-9]\)$/\1/p' "$1"; }

say_hook_stays() {
    say "Containers that run name $(hook_program): it stays as a script that does nothing, and goes with the last of them;" \
        "if that is an ordinary user's, remove it yourself."
}

# say_what_stays: in what runs, and what engines have noted down.
say_what_stays() {
    say "Containers that are running keep their routes and rules until they are restarted."
    say "Containers made with --runtime evenkeel or --device evenkeel.dev/network=safe must be recreated to start again."
}
