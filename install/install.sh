#!/usr/bin/env bash
# Puts the programs, the OCI hook and podman's drop-in in place, and writes down what it did for uninstall.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
source "$here/lib.sh"

# For every prefix: the one directory that podman and CRI-O read without being told to.
hooks_dir=/usr/share/containers/oci/hooks.d
cni_dir=/opt/cni/bin
programs=$here/../.build/dist

usage() {
    cat <<'EOF'
usage: install/install.sh [options]

  --prefix DIR     where the programs go (default /usr/local): DIR/bin/evenkeel, DIR/libexec/evenkeel/evenkeel-hook
  --cni-dir DIR    where the CNI plugin goes, under the name evenkeel (default /opt/cni/bin, which podman,
                   containerd and CRI-O read)
  --hooks-dir DIR  where the OCI hook's JSON goes (default /usr/share/containers/oci/hooks.d, which podman and
                   CRI-O read). With a read-only /usr: /etc/containers/oci/hooks.d, which podman reads too
  --programs DIR   the folder that install/build.sh filled (default .build/dist)
  --destdir DIR    install below DIR as if it were /, for packages and trials; needs no root
  --dry-run        say what would be done, and do nothing
  --help           this text

A second run changes nothing but what is new. What was installed is listed in PREFIX/lib/evenkeel/manifest, which
sha256sum -c understands; install/uninstall.sh removes exactly that.
EOF
}

read_arguments() {
    while (($#)); do
        case $1 in
        --prefix=* | --destdir=* | --programs=* | --cni-dir=* | --hooks-dir=*)
            set -- "${1%%=*}" "${1#*=}" "${@:2}"
            continue
            ;;
        --prefix) prefix=$(directory_argument "$@") ;;
        --destdir) destdir=$(directory_argument "$@") ;;
        --programs) programs=$(directory_argument "$@") ;;
        --cni-dir) cni_dir=$(directory_argument "$@") ;;
        --hooks-dir) hooks_dir=$(directory_argument "$@") ;;
        --dry-run) dry_run=yes ;;
        -h | --help) usage && exit 0 ;;
        -*) usage_error "unknown option '$1'" ;;
        *) usage_error "unexpected argument '$1'" ;;
        esac
        [[ $1 == --dry-run ]] || shift
        shift
    done
    # The root directory is the empty beginning of every path below it.
    prefix=${prefix%/} destdir=${destdir%/} cni_dir=${cni_dir%/} hooks_dir=${hooks_dir%/}
    programs=$(realpath -ms -- "$programs")
}

require_programs() {
    local program missing=()
    for program in evenkeel evenkeel-hook evenkeel-cni; do
        [[ -f $programs/$program && -x $programs/$program && -s $programs/$program ]] || missing+=("$program")
    done
    ((${#missing[@]} == 0)) ||
        fail "no program ${missing[*]} in $programs: run install/build.sh, or name its folder with --programs"
}

# The files to install, in the order in which they appear.
modes=() sources=() targets=()
plan() {
    modes+=("$1")
    sources+=("$2")
    targets+=("$3")
}

plan_files() {
    plan 755 "$programs/evenkeel" "$prefix/bin/evenkeel"
    plan 755 "$programs/evenkeel-hook" "$prefix/libexec/evenkeel/evenkeel-hook"
    plan 755 "$programs/evenkeel-cni" "$cni_dir/evenkeel"
    plan_drop_in
    # Last: from the moment it is there, every container start runs what it names.
    local json
    json=$(<"$here/../hooks/evenkeel.json")
    printf '%s\n' "${json//"/usr/local/libexec/evenkeel/evenkeel-hook"/"$prefix/libexec/evenkeel/evenkeel-hook"}" \
        >"$rendered/evenkeel.json"
    plan 644 "$rendered/evenkeel.json" "$hooks_dir/evenkeel.json"
}

# The drop-in replaces a hooks_dir that somebody set in another file, and with it their hooks. So where there is one,
# it stays out.
plan_drop_in() {
    local drop_in=/etc/containers/containers.conf.d/evenkeel.conf other
    other=$(who_sets_hooks_dir "$drop_in")
    if [[ -z $other || -e $destdir$drop_in ]]; then
        cp "$here/containers.conf" "$rendered/containers.conf"
        grep -qF "\"$hooks_dir\"" "$rendered/containers.conf" ||
            sed -i "s|^]|    \"${hooks_dir//[&|]/\\&}\",\n]|" "$rendered/containers.conf"
        plan 644 "$rendered/containers.conf" "$drop_in"
    elif grep -qF "\"$hooks_dir\"" "$other"; then
        note "no drop-in: $other sets hooks_dir already, with $hooks_dir in it"
    else
        note "no drop-in: $other sets hooks_dir, which it would replace. podman reads the hook" \
            "once that list holds \"$hooks_dir\""
    fi
}

# Prints the last file that podman reads of those that set hooks_dir, the drop-in left out.
who_sets_hooks_dir() {
    local file found=
    for file in "$destdir"/{usr/share,etc}/containers/containers.conf \
        "$destdir"/etc/containers/containers.conf.d/*.conf; do
        [[ -f $file && $file != "$destdir$1" ]] || continue
        ! grep -qE '^[[:blank:]]*(engine\.)?hooks_dir[[:blank:]]*=' "$file" || found=$file
    done
    printf '%s\n' "$found"
}

# What is to become of each target: unchanged, install, replace, or keep.
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

# Directories to make, outermost first, the manifest's before all others.
directories=()

find_missing_directories() {
    local target directory new
    local -A found=()
    for target in "$manifest" "${targets[@]}"; do
        new=()
        directory=${target%/*}
        while [[ -n $directory && ! -e $destdir$directory ]]; do
            [[ -n ${found[$directory]:-} ]] || new=("$directory" "${new[@]}")
            found[$directory]=yes
            directory=${directory%/*}
        done
        directories+=("${new[@]}")
        # Looked at before anything is done, so that a read-only /usr does not leave half an installation.
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

# put MODE SOURCE TARGET: at no moment is there half a file under the target's name, not even after a power cut.
pending=
put() {
    pending=$3$unfinished.$$
    install -m "$1" -T -- "$2" "$pending"
    sync -- "$pending"
    mv -fT -- "$pending" "$3"
    pending=
}

# write_manifest [provisional]: the provisional one, written before the first change, keeps the former checksums
# too, so that uninstall.sh knows every file of an install that was cut off.
write_manifest() {
    local i path sum
    {
        echo "# Installed by Evenkeel: sha256sum -c checks it, uninstall.sh removes it."
        for path in "${recorded_directories[@]}" "${directories[@]}"; do printf '# directory %s\n' "$path"; done
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
    cmp -s -- "$rendered/manifest" "$destdir$manifest" || put 644 "$rendered/manifest" "$destdir$manifest"
}

make_directories() {
    local directory
    [[ -n $dry_run || ! -d $destdir${manifest%/*} ]] || write_manifest provisional
    for directory in "${directories[@]}"; do
        if act "make directory $destdir$directory"; then
            mkdir -p -- "$destdir$directory"
            [[ $directory != "${manifest%/*}" ]] || write_manifest provisional
        fi
    done
}

install_files() {
    local i path
    for i in "${!targets[@]}"; do
        path=$destdir${targets[i]}
        case ${verdict[${targets[i]}]} in
        unchanged) say "unchanged $path" ;;
        keep) say "keep $path: changed since it was installed" ;;
        *) if act "${verdict[${targets[i]}]} $path"; then put "${modes[i]}" "${sources[i]}" "$path"; fi ;;
        esac
    done
}

say_what_is_next() {
    [[ ${verdict[$hooks_dir/evenkeel.json]} == install && -z $dry_run ]] || return 0
    say "Containers that start from now on pass through the hook."
    say "A CNI network is guarded once { \"type\": \"evenkeel\" } is the last plugin of its list: see hooks/cni."
    say "The built-in policy applies; /etc/evenkeel/policy.json is only needed to change it."
}

clean_up() {
    rm -rf -- "$rendered"
    [[ -z $pending ]] || rm -f -- "$pending"
}

read_arguments "$@"
require_programs
require_root
rendered=$(mktemp -d)
trap clean_up EXIT
manifest=$(manifest_path)
read_manifest "$destdir$manifest"
plan_files
judge_targets
find_missing_directories
make_directories
install_files
[[ -n $dry_run ]] || write_manifest
say_what_is_next
