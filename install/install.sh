#!/usr/bin/env bash
# Installs the programs, sets up the engines that it finds, and records what it did for uninstall.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
source "$here/lib.sh"
# shellcheck source=engines/detection.sh
source "$here/engines/detection.sh"
# shellcheck source=engines/podman.sh
source "$here/engines/podman.sh"
# shellcheck source=engines/docker.sh
source "$here/engines/docker.sh"
# shellcheck source=engines/cni-lists.sh
source "$here/engines/cni-lists.sh"
# shellcheck source=plan.sh
source "$here/plan.sh"
# shellcheck source=unit.sh
source "$here/unit.sh"
# shellcheck source=engines/advice.sh
source "$here/engines/advice.sh"
# shellcheck source=engines/removed-hook.sh
source "$here/engines/removed-hook.sh"

hooks_dir=
# Where the plugin goes; empty until the runtimes' configuration is read.
cni_dirs=()
programs=$here/../.build/dist
cni_lists=
watch=yes

usage() {
    cat <<'EOF'
usage: install/install.sh [options]

Installs the programs and their licences, and sets up the engines it finds: the OCI hook's JSON for podman and CRI-O,
a drop-in for containers.conf for podman, an entry in /etc/docker/daemon.json for Docker. Installs the units
evenkeel-host.service, evenkeel-watch.service and evenkeel-metrics.timer for systemd. Starts and restarts nothing, and
says what is left to do.

  --prefix DIR     where the programs go (default /usr/local): DIR/bin/evenkeel, and in DIR/libexec/evenkeel the OCI
                   hook, the runtime and the watcher; their licences go to DIR/share/doc/evenkeel, the
                   schemas of the policy and of answers, alert rules and a dashboard to DIR/share/evenkeel, manual pages
                   to DIR/share/man, and completions for bash, zsh and fish below DIR/share
  --cni-dir DIR    where the CNI plugin goes, under the name evenkeel; may be given several times (default: where
                   containerd, CRI-O, k3s, RKE2, nerdctl and podman look for the plugins of their lists, as
                   `evenkeel cni directories` shows; without any of them /opt/cni/bin)
  --hooks-dir DIR  where the OCI hook's JSON goes (default: /usr/share/containers/oci/hooks.d, which podman and CRI-O
                   read, or the folder in containers.conf). If /usr is read-only, use /etc/containers/oci/hooks.d,
                   which podman also reads
  --engines LIST   set up these engines instead of those it finds: podman,docker,containerd,cri-o
  --cni-lists      also guard the CNI lists that these runtimes read: by a drop-in file where the runtime reads those,
                   else in the list itself. A list whose runtime would not find every plugin is refused and left alone.
                   uninstall.sh takes all of it out again
  --no-watch       leave out the watcher, evenkeel-watch, and its unit
  --programs DIR   the folder that install/build.sh filled (default .build/dist)
  --destdir DIR    install below DIR as if it were /, for packages and trials; needs no root
  --dry-run        say what would be done; change nothing
  --help           this text

A second run changes only what is new. PREFIX/lib/evenkeel/manifest lists the installed files for sha256sum -c;
install/uninstall.sh removes exactly these.
EOF
}

read_arguments() {
    local directory
    while (($#)); do
        case $1 in
        --prefix=* | --destdir=* | --programs=* | --cni-dir=* | --hooks-dir=* | --engines=*)
            set -- "${1%%=*}" "${1#*=}" "${@:2}"
            continue
            ;;
        --prefix) prefix=$(directory_argument "$@") ;;
        --destdir) destdir=$(directory_argument "$@") ;;
        --programs) programs=$(directory_argument "$@") ;;
        --cni-dir)
            directory=$(directory_argument "$@")
            cni_dirs+=("${directory%/}")
            ;;
        --hooks-dir) hooks_dir=$(directory_argument "$@") ;;
        --engines) engines_argument "${@:2:1}" ;;
        --cni-lists) cni_lists=yes ;;
        --no-watch) watch= ;;
        --dry-run) dry_run=yes ;;
        -h | --help) usage && exit 0 ;;
        -*) usage_error "unknown option '$1'" ;;
        *) usage_error "unexpected argument '$1'" ;;
        esac
        [[ $1 == --dry-run || $1 == --cni-lists || $1 == --no-watch ]] || shift
        shift
    done
    # The root directory is the empty beginning of every path below it.
    prefix=${prefix%/} destdir=${destdir%/} hooks_dir=${hooks_dir%/}
    programs=$(realpath -ms -- "$programs")
}

require_programs() {
    local program missing=()
    for program in evenkeel evenkeel-hook evenkeel-runtime evenkeel-cni ${watch:+evenkeel-watch}; do
        [[ -f $programs/$program && -x $programs/$program && -s $programs/$program ]] || missing+=("$program")
    done
    ((${#missing[@]} == 0)) ||
        fail "no program ${missing[*]} in $programs: run install/build.sh, or name its folder with --programs"
}

plan_files() {
    local libexec=$prefix/libexec/evenkeel other directory
    plan 755 "$programs/evenkeel" "$prefix/bin/evenkeel"
    plan 755 "$programs/evenkeel-hook" "$libexec/evenkeel-hook"
    plan 755 "$programs/evenkeel-runtime" "$libexec/evenkeel-runtime"
    # The same program: by this name it runs crun.
    plan 755 "$programs/evenkeel-runtime" "$libexec/evenkeel-crun"
    [[ -z $watch ]] || plan 755 "$programs/evenkeel-watch" "$libexec/evenkeel-watch"
    for directory in "${cni_dirs[@]}"; do plan 755 "$programs/evenkeel-cni" "$directory/evenkeel"; done
    plan_licences
    plan_schema
    plan_monitoring
    plan_share
    plan_units
    plan_json "$here/../hooks/cdi/evenkeel.json" /etc/cdi/evenkeel.json
    other=$(who_sets_hooks_dir)
    choose_hooks_dir "$other"
    if wants podman; then plan_drop_in "$other"; fi
    if wants docker; then plan_docker; fi
    # Last: as soon as this file exists, every container start runs the hook it names.
    if wants podman || wants cri-o; then plan_json "$here/../hooks/evenkeel.json" "$hooks_dir/evenkeel.json"; fi
}

# The decision for each target: unchanged, install, replace, or keep.
declare -A verdict=()

judge_targets() {
    local i found path foreign=()
    for i in "${!targets[@]}"; do
        path=$destdir${targets[i]}
        found=$(fingerprint "$path")
        if [[ $found == missing ]]; then
            verdict[${targets[i]}]=install
        elif [[ $found == "$(fingerprint "${sources[i]}")" && $(stat -c %a -- "$path") == "${modes[i]}" ]]; then
            verdict[${targets[i]}]=unchanged
        elif [[ $found != other ]] && is_their_version "${targets[i]}"; then
            verdict[${targets[i]}]=keep
        elif is_removed_hook "$path"; then
            verdict[${targets[i]}]=replace
        elif [[ -z ${recorded[${targets[i]}]:-} || $found == other ]]; then
            foreign+=("$path")
        elif [[ ${modes[i]} == 644 ]] && ! is_ours "${targets[i]}" "$found"; then
            verdict[${targets[i]}]=keep
        else
            verdict[${targets[i]}]=replace
        fi
    done
    ((${#foreign[@]} == 0)) ||
        fail "$(printf '%s, ' "${foreign[@]}")which this prefix did not install: move it away, or run uninstall.sh" \
            "with the --prefix it came with"
}

# Whether an unrecorded file is ours: somebody changed it, so uninstall.sh left it.
is_their_version() {
    [[ -z ${recorded[$1]:-} ]] || return 1
    [[ $1 == "$drop_in" ]] && return
    is_unit_of_this_prefix "$1" && return
    [[ $1 == *.json ]] && grep -qF "\"$prefix/libexec/evenkeel/evenkeel-hook\"" "$destdir$1"
}

# The folders that a hook's stand-in was to take with it are ours again.
adopt_removed_hook() {
    local path levels folders=()
    path=$(hook_program)
    is_removed_hook "$destdir$path" || return 0
    levels=$(removed_hook_levels "$destdir$path")
    while ((levels-- > 0)); do
        path=${path%/*}
        folders=("$path" "${folders[@]}")
    done
    recorded_directories+=("${folders[@]}")
}

# Directories to make, outermost first, the manifest's before all others.
directories=()

find_missing_directories() {
    local target directory new
    local -A found=()
    for target in "$manifest" "${targets[@]}" ${docker_made:+"$daemon_json"}; do
        new=()
        directory=${target%/*}
        while [[ -n $directory && ! -e $destdir$directory ]]; do
            [[ -n ${found[$directory]:-} ]] || new=("$directory" "${new[@]}")
            found[$directory]=yes
            directory=${directory%/*}
        done
        directories+=("${new[@]}")
        # Checked before anything is done, so that a read-only /usr does not leave half an installation.
        [[ ! -e $destdir/ ]] || require_writable "$destdir$directory/" "$target"
    done
}

# require_writable DIRECTORY TARGET
require_writable() {
    [[ -d $1 ]] || fail "${1%/} is not a directory"
    [[ ! -w $1 ]] || return 0
    [[ $2 != "$hooks_dir"/* ]] || fail "$1 cannot be written to: try --hooks-dir /etc/containers/oci/hooks.d"
    fail "$1 cannot be written to"
}

# write_manifest [provisional]: the provisional one, written before the first change, also keeps the former checksums,
# so that uninstall.sh knows every file of an interrupted install.
write_manifest() {
    local i path sum
    {
        echo "# Installed by Evenkeel: sha256sum -c checks it, uninstall.sh removes it."
        for path in "${recorded_directories[@]}" "${directories[@]}"; do printf '# directory %s\n' "$path"; done
        [[ -z $recorded_docker ]] || echo "# docker $recorded_docker"
        for path in "${recorded_lists[@]}"; do printf '# cni-lists %s\n' "$path"; done
        for path in "${recorded_files[@]}"; do
            # A file that is no target of this run, such as the plugin in another --cni-dir, stays ours.
            [[ -n ${1:-} || ${verdict[$path]:-keep} == keep ]] || continue
            for sum in ${recorded[$path]}; do printf '%s  %s\n' "$sum" "$path"; done
        done
        for i in "${!targets[@]}"; do
            [[ ${verdict[${targets[i]}]} != keep ]] || continue
            printf '%s  %s\n' "$(fingerprint "${sources[i]}")" "${targets[i]}"
        done
    } | awk '!seen[$0]++' >"$rendered/manifest"
    cmp -s -- "$rendered/manifest" "$destdir$manifest" || put_manifest
}

# Its missing folders appear together with it.
put_manifest() {
    local path=$destdir$manifest outermost
    mkdir -p -- "$destdir/"
    outermost=$path
    while [[ ! -e ${outermost%/*}/ ]]; do outermost=${outermost%/*}; done
    if [[ $outermost == "$path" ]]; then
        put 644 "$rendered/manifest" "$path"
        return
    fi
    pending=$outermost$unfinished.$$
    install -D -m 644 -T -- "$rendered/manifest" "$pending${path#"$outermost"}"
    sync -- "$pending${path#"$outermost"}"
    mv -fT -- "$pending" "$outermost"
    pending=
}

make_directories() {
    local directory
    [[ -n $dry_run ]] || write_manifest provisional
    for directory in "${directories[@]}"; do
        if act "make directory $destdir$directory"; then mkdir -p -- "$destdir$directory"; fi
    done
}

install_files() {
    local i path
    for i in "${!targets[@]}"; do
        path=$destdir${targets[i]}
        remove_abandoned "$path"
        case ${verdict[${targets[i]}]} in
        unchanged) say "unchanged $path" ;;
        keep)
            say "keep $path: changed since it was installed"
            [[ ${targets[i]} != "$drop_in" ]] || check_kept_drop_in
            ;;
        *) if act "${verdict[${targets[i]}]} $path"; then put "${modes[i]}" "${sources[i]}" "$path"; fi ;;
        esac
    done
}

read_arguments "$@"
require_programs
require_root
make_rendered
manifest=$(manifest_path)
read_manifest "$destdir$manifest"
find_plugin_directories
[[ -z $cni_lists ]] || find_lists
find_engines
plan_files
judge_targets
adopt_removed_hook
find_missing_directories
remove_unfinished_manifest
make_directories
install_files
add_docker_runtime
lists_status=0
[[ -z $cni_lists ]] || add_to_lists || lists_status=1
[[ -n $dry_run ]] || write_manifest
say_what_is_next
exit "$lists_status"
