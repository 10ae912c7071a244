#!/usr/bin/env bash
# Undoes what install.sh did, by the manifest that it wrote, and removes what Evenkeel left on the running host.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
source "$here/lib.sh"
# shellcheck source=engines/docker.sh
source "$here/engines/docker.sh"
# shellcheck source=engines/cni-lists.sh
source "$here/engines/cni-lists.sh"
# shellcheck source=unit.sh
source "$here/unit.sh"
# shellcheck source=engines/dependents.sh
source "$here/engines/dependents.sh"
# shellcheck source=engines/removed-hook.sh
source "$here/engines/removed-hook.sh"

host_rules=yes
force=

usage() {
    cat <<'EOF'
usage: install/uninstall.sh [options]

  --prefix DIR       the --prefix that install.sh was given (default /usr/local)
  --destdir DIR      the --destdir that install.sh was given; then the running host is not changed
  --keep-host-rules  leave what was done to the running host: nftables tables, sysctls, the files of
                     evenkeel host apply --persist, and /run/evenkeel
  --force            remove everything although a container or an engine needs the runtime, or a CNI list the plugin,
                     and say which does
  --dry-run          say what would be done; change nothing
  --help             this text

Removes the files listed in PREFIX/lib/evenkeel/manifest, the empty directories that install.sh made, its entry in
Docker's daemon.json, and the plugin from CNI lists if install.sh put it there. Removes nothing more while a list still
names the plugin. Undoes what was done to the running host
with evenkeel host remove. Disables and stops evenkeel-watch.service, evenkeel-host.service and evenkeel-metrics.timer,
and removes the metrics that the last wrote. Keeps a file that was changed since it was installed. Removes nothing
while a container of root's runs that evenkeel-runtime started, or of podman or CRI-O that started with the plugin, or
while evenkeel-runtime is the default of Docker or podman; an ordinary user's container is only named. While containers
run that name the hook, a script that does nothing takes its place and goes with the last of them; after a boot, run
this once more to remove it.
EOF
}

read_arguments() {
    while (($#)); do
        case $1 in
        --prefix=* | --destdir=*)
            set -- "${1%%=*}" "${1#*=}" "${@:2}"
            continue
            ;;
        --prefix) prefix=$(directory_argument "$@") ;;
        --destdir) destdir=$(directory_argument "$@") ;;
        --keep-host-rules) host_rules= ;;
        --force) force=yes ;;
        --dry-run) dry_run=yes ;;
        -h | --help) usage && exit 0 ;;
        -*) usage_error "unknown option '$1'" ;;
        *) usage_error "unexpected argument '$1'" ;;
        esac
        [[ $1 != --prefix && $1 != --destdir ]] || shift
        shift
    done
    prefix=${prefix%/} destdir=${destdir%/}
}

# The plugin stays as long as a list names it: with a list that names a missing plugin no container of its network starts or
# stops.
require_no_lists() {
    local found line
    # A dry run has taken nothing out of any list.
    [[ -z $dry_run ]] || return 0
    found=$(lists_with_plugin)
    [[ -n $found ]] || return 0
    while IFS= read -r line; do
        note "$(printf %q "$line") names the plugin evenkeel: take it out, or no container of this network starts or stops"
    done <<<"$found"
    [[ -n $force ]] || fail "nothing else was removed (--force removes it all the same). To take the plugin out of a list:" \
        "evenkeel cni remove FILE"
}

# Paths that are removed, or would be at this point of a dry run.
declare -A gone=()

remove() {
    if act "remove $1"; then rm -f -- "$1"; fi
    gone[$1]=yes
}

remove_file() {
    local path=$destdir$1 found
    found=$(fingerprint "$path")
    if [[ $found == missing ]]; then
        say "already gone $path"
    elif is_ours "$1" "$found"; then
        remove "$path"
    else
        say "keep $path: changed since it was installed"
    fi
    remove_unfinished "$path"
}

remove_unfinished() {
    local left
    for left in "$1$unfinished".*; do
        [[ ! -f $left ]] || remove "$left"
    done
}

# The hook's JSON goes first: while an engine reads it, its program must exist. The command line goes last, after the
# hook and the plugin: a container that starts before they are gone would make the host's rules again.
remove_files() {
    local i command=$prefix/bin/evenkeel
    for ((i = ${#recorded_files[@]} - 1; i >= 0; i--)); do
        [[ ${recorded_files[i]} != *.json ]] || remove_file "${recorded_files[i]}"
    done
    for ((i = ${#recorded_files[@]} - 1; i >= 0; i--)); do
        case ${recorded_files[i]} in
        *.json | "$command") ;;
        "$(hook_program)") remove_hook ;;
        *) remove_file "${recorded_files[i]}" ;;
        esac
    done
    clear_host
    [[ -z ${recorded[$command]:-} ]] || remove_file "$command"
}

remove_hook() {
    local path
    path=$(hook_program)
    if ! is_hook_named || ! is_ours "$path" "$(fingerprint "$path")"; then
        remove_file "$path"
    elif act "replace $path by a script that does nothing"; then
        put_removed_hook "$path" "$(folders_around "$path")"
    fi
}

# folders_around PATH: how many of the folders around it install.sh made, from the inside.
folders_around() {
    local folder=${1%/*} number=0
    while is_recorded_directory "$folder"; do
        number=$((number + 1))
        folder=${folder%/*}
    done
    echo "$number"
}

# What remove_hook left, once it is of no use.
remove_left_hook() {
    local path levels
    path=$(hook_program)
    is_removed_hook "$destdir$path" || return 0
    if is_hook_named; then
        say_hook_stays
        return
    fi
    levels=$(removed_hook_levels "$destdir$path")
    remove "$destdir$path"
    # As the script itself does.
    while [[ -z $dry_run ]] && ((levels-- > 0)) && rmdir -- "$destdir${path%/*}" 2>/dev/null; do path=${path%/*}; done
}

is_empty() {
    local entry
    for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        [[ ! -e $entry && ! -L $entry || -n ${gone[$entry]:-} ]] || return 1
    done
}

remove_directories() {
    local directory path
    # In reverse order of names a directory comes after its contents.
    while IFS= read -r directory; do
        path=$destdir$directory
        [[ -n $directory && $manifest != "$directory"/* && -d $path && ! -L $path ]] || continue
        if may_go "$path" && [[ -z $dry_run ]]; then rmdir -- "$path"; fi
    done < <(printf '%s\n' "${recorded_directories[@]}" | sort -ru)
}

is_recorded_directory() {
    local each
    for each in "${recorded_directories[@]}"; do [[ $each != "$1" ]] || return 0; done
    return 1
}

# may_go DIRECTORY: whether it is empty, which is said.
may_go() {
    if ! is_empty "$1"; then
        say "keep directory $1: not empty"
        return 1
    fi
    act "remove directory $1" || :
    gone[$1]=yes
}

# After all others, so that an interrupted uninstall can be run again, and in one step with the directories made for it.
remove_manifest() {
    local path=$destdir$manifest directory=${manifest%/*} outermost moved
    outermost=$path
    act "remove $path" || :
    gone[$path]=yes
    while is_recorded_directory "$directory" && may_go "$destdir$directory"; do
        outermost=$destdir$directory
        directory=${directory%/*}
    done
    [[ -z $dry_run ]] || return 0
    moved=$outermost$unfinished.$$
    mv -fT -- "$outermost" "$moved"
    rm -rf -- "$moved"
}

remove_tables() {
    local tables family
    if ! command -v nft >/dev/null || ! tables=$(nft list tables); then
        note "nft cannot list tables: Evenkeel's tables, if any, stay until the next boot"
        return
    fi
    for family in ip ip6; do
        grep -qx "table $family evenkeel" <<<"$tables" || continue
        if act "remove table $family evenkeel"; then nft delete table "$family" evenkeel; fi
    done
}

# Succeeds if the program has done it.
host_remove() {
    local command=$prefix/bin/evenkeel
    [[ -n ${recorded[$command]:-} && -x $command ]] || return 1
    act "undo what was done to the host" || :
    "$command" host remove ${dry_run:+--dry-run} && return
    note "$command host remove did not undo everything"
    return 1
}

clear_host() {
    [[ -z $destdir && -n $host_rules ]] || return 0
    host_remove || remove_tables
    if [[ -d /run/evenkeel && ! -L /run/evenkeel ]] && act "remove directory /run/evenkeel"; then
        rm -rf -- /run/evenkeel
    fi
}

require_no_dependents() {
    local found line
    found=$(dependents)
    [[ -z $found || -n $force ]] || fail "nothing was removed (--force removes it all the same):"$'\n'"$found"
    while IFS= read -r line; do
        [[ -z $line ]] || note "--force: $line"
    done <<<"$found"
}

read_arguments "$@"
require_root
make_rendered
manifest=$(manifest_path)
read_manifest "$destdir$manifest"
remove_unfinished_manifest
if [[ -f $destdir$manifest ]]; then
    require_no_dependents
    remove_from_lists
    require_no_lists
    warn_of_users_containers
    disable_units
    remove_metrics
    remove_docker_runtime
    warn_of_references
    remove_files
    remove_directories
    remove_manifest
    forget_units
    warn_of_watchers
    for document in policy.json policy.d; do
        [[ ! -e $destdir/etc/evenkeel/$document ]] || say "keep $destdir/etc/evenkeel/$document: not made by install.sh"
    done
    if [[ -z $destdir ]]; then
        say_what_stays
        ! is_removed_hook "$(hook_program)" || say_hook_stays
        [[ -z $recorded_docker ]] || say "Docker: dockerd forgets the runtime when it is restarted."
    fi
else
    say "nothing is installed below $destdir$prefix: no $destdir$manifest"
    remove_left_hook
    # An installation below another prefix still guards containers, which need the host's rules.
    hook=$destdir/usr/share/containers/oci/hooks.d/evenkeel.json
    [[ ! -e $hook ]] || fail "$hook exists, so Evenkeel is installed below another --prefix"
    clear_host
fi
