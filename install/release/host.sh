#!/usr/bin/env bash
# Run by the packages' scripts: what a package cannot have in its list of files, because it depends on the host's engines. Puts the CNI
# plugin where the runtimes look and adds Docker's entry, as install.sh does, and takes both back. Enables and restarts nothing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=install/lib.sh
source "$here/lib.sh"
# shellcheck source=install/unit.sh
source "$here/unit.sh"
# shellcheck source=install/engines/detection.sh
source "$here/engines/detection.sh"
# shellcheck source=install/engines/podman.sh
source "$here/engines/podman.sh"
# shellcheck source=install/engines/docker.sh
source "$here/engines/docker.sh"
# shellcheck source=install/engines/cni-lists.sh
source "$here/engines/cni-lists.sh"
# shellcheck source=install/engines/dependents.sh
source "$here/engines/dependents.sh"

# shellcheck source=install/engines/removed-hook.sh
source "$here/engines/removed-hook.sh"

self=evenkeel
prefix=/usr
programs=/usr/bin
plugin=/usr/lib/evenkeel/cni/evenkeel
manifest=/var/lib/evenkeel/manifest
cni_dirs=()
directories=()

usage() {
    cat <<'EOF'
usage: /usr/share/evenkeel/setup/release/host.sh configure | remove

configure  copies the CNI plugin to where this host's runtimes look, and adds runtimes.evenkeel to Docker's daemon.json if
           Docker is here. Run it again after you install an engine
remove     takes both back, disables and stops the units, and undoes what was done to the host. Refuses if a container, an
           engine or a CNI list needs Evenkeel, unless EVENKEEL_FORCE is set
EOF
}

# missing_directories FILE: adds those that are to be made for it, outermost first.
missing_directories() {
    local directory=${1%/*} new=()
    while [[ -n $directory && ! -e $directory && " ${directories[*]} " != *" $directory "* ]]; do
        new=("$directory" "${new[@]}")
        directory=${directory%/*}
    done
    directories+=("${new[@]}")
}

write_manifest() {
    local path sum
    install -d -m 755 "${manifest%/*}"
    {
        echo "# What Evenkeel's package made on this host; it removes it again."
        for path in "${recorded_directories[@]}" "${directories[@]}"; do printf '# directory %s\n' "$path"; done
        [[ -z $recorded_docker ]] || echo "# docker $recorded_docker"
        for path in "${recorded_files[@]}"; do
            for sum in ${recorded[$path]}; do printf '%s  %s\n' "$sum" "$path"; done
        done
        for path in "${copies[@]}"; do printf '%s  %s\n' "$(fingerprint "$plugin")" "$path"; done
    } | awk '!seen[$0]++' >"$rendered/manifest"
    put 644 "$rendered/manifest" "$manifest"
}

# Where the plugin goes. Somebody else's program of that name stays.
find_copies() {
    local directory path found
    copies=()
    find_plugin_directories
    for directory in "${cni_dirs[@]}"; do
        path=$directory/evenkeel
        found=$(fingerprint "$path")
        if [[ $found == missing ]] || is_ours "$path" "$found"; then
            copies+=("$path")
            missing_directories "$path"
        else
            note "$path is not this package's plugin, and stays as it is"
        fi
    done
}

configure() {
    local path
    find_copies
    engines=()
    if { has_program dockerd || [[ -d /etc/docker ]]; } && ! is_entry_unwanted; then plan_docker; fi
    [[ -z $docker_made ]] || missing_directories "$daemon_json"
    # Before anything is made, so that nothing is left that nobody knows of.
    write_manifest
    for path in "${directories[@]}"; do mkdir -p -- "$path"; done
    for path in "${copies[@]}"; do
        [[ $(fingerprint "$path") == "$(fingerprint "$plugin")" ]] || put 755 "$plugin" "$path"
    done
    [[ $docker_verdict != add ]] || add_docker_runtime
    warn_of_hooks_dir
}

# Somebody has taken out what was added once.
is_entry_unwanted() {
    [[ -n $recorded_docker ]] && { [[ ! -e $daemon_json ]] || ! grep -qF "\"$(runtime_path)\"" "$daemon_json"; }
}

warn_of_hooks_dir() {
    local other
    other=$(who_sets_hooks_dir)
    [[ -z $other ]] || listed_hooks_dirs "$other" | grep -qxF "$usual_hooks_dir" ||
        note "$(printf %q "$other") sets hooks_dir: podman runs the hook once that list holds \"$usual_hooks_dir\""
}

require_nothing_needs_it() {
    local found
    found=$(
        dependents
        lists_with_plugin | sed 's/$/ names the plugin evenkeel: "evenkeel cni remove FILE" takes it out/'
    )
    [[ -n $found ]] || return 0
    [[ -z ${EVENKEEL_FORCE:-} ]] || {
        note "EVENKEEL_FORCE: $found"
        return 0
    }
    fail "still needed (\`sudo EVENKEEL_FORCE=yes apt purge evenkeel\` removes it all the same, and so does dnf):"$'\n'"$found"
}

# docker.sh calls these.
remove() { rm -f -- "$1"; }
remove_unfinished() { rm -f -- "$1$unfinished".*; }

# The watcher goes first: it would restore what is taken back.
stop_units() {
    local unit link
    for unit in evenkeel-metrics.{timer,service} evenkeel-watch.service evenkeel-host.service; do
        if systemd_runs; then
            systemctl disable --now --quiet "$unit" 2>/dev/null || :
            continue
        fi
        while IFS= read -r link; do
            rm -f -- "$link"
            rmdir --ignore-fail-on-non-empty -- "${link%/*}"
        done < <(unit_links "$unit")
    done
}

# The package's postrm puts it where the hook was: before, it would be removed as the package's file.
leave_hook() {
    rm -f -- /run/evenkeel.removed-hook
    is_hook_named || return 0
    put_removed_hook /run/evenkeel.removed-hook 1
    say_hook_stays
}

remove_all() {
    local path
    require_nothing_needs_it
    warn_of_users_containers
    stop_units
    remove_metrics
    remove_docker_runtime
    warn_of_references
    for path in "${recorded_files[@]}"; do
        remove_abandoned "$path"
        if is_ours "$path" "$(fingerprint "$path")"; then rm -f -- "$path"; fi
    done
    while IFS= read -r path; do
        [[ ! -d $path ]] || rmdir --ignore-fail-on-non-empty -- "$path"
    done < <(printf '%s\n' "${recorded_directories[@]}" | sort -ru)
    leave_hook
    [[ -z $recorded_docker ]] || say "Docker: dockerd forgets the runtime when it is restarted."
    say_what_stays
    "$programs/evenkeel" host remove >/dev/null || note "evenkeel host remove did not undo everything"
    rm -rf -- /run/evenkeel "${manifest%/*}"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
configure | remove) ;;
*)
    usage >&2
    exit 64
    ;;
esac
# Below a root of its own, a package's scripts may get a TMPDIR that is not there.
[[ -d ${TMPDIR:-/tmp} ]] || TMPDIR=/tmp
make_rendered
read_manifest "$manifest"
if [[ $1 == configure ]]; then configure; else remove_all; fi
