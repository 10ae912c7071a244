# shellcheck shell=bash
# CNI: where the plugin's program belongs, and the lists that are guarded by it. `evenkeel cni` knows the runtimes'
# configuration, and changes the lists.
# shellcheck disable=SC2154

# What else than a runtime's configuration says.
usual_cni_dir=/opt/cni/bin
usual_lists_dir=/etc/cni/net.d
# What names the plugin in a list or a drop-in file.
plugin_entry='"type"[[:space:]]*:[[:space:]]*"evenkeel"'
# The directories whose lists are to be guarded.
lists_dirs=()

# An older program, or one for another system, cannot be asked.
ask_for_directories() { "$programs/evenkeel" cni directories "$1" --root "${destdir:-/}" 2>/dev/null; }

has_cni_command() { "$programs/evenkeel" help cni 2>/dev/null | grep -q 'evenkeel cni'; }

# Where --cni-dir says; else where the runtimes look. A plugin of an earlier run is renewed wherever it is.
find_plugin_directories() {
    local path
    ((${#cni_dirs[@]} > 0)) || mapfile -t cni_dirs < <(ask_for_directories --for-plugin)
    [[ ${cni_dirs[0]:-} == /* ]] || cni_dirs=("$usual_cni_dir")
    for path in "${recorded_files[@]}"; do
        [[ $path != */evenkeel || $path == "$prefix/bin/evenkeel" || " ${cni_dirs[*]} " == *" ${path%/*} "* ]] ||
            cni_dirs+=("${path%/*}")
    done
}

# has_lists DIRECTORY
has_lists() {
    local list
    for list in "$1"/*.conflist; do [[ ! -e $list && ! -L $list ]] || return 0; done
    return 1
}

find_lists() {
    local directory found=()
    has_cni_command ||
        fail "--cni-lists: this evenkeel has no command cni; put the plugin into the lists by hand: see hooks/cni"
    mapfile -t found < <(ask_for_directories --lists)
    for directory in "${found[@]}" "$usual_lists_dir"; do
        [[ $directory == /* && " ${lists_dirs[*]} " != *" $directory "* ]] || continue
        ! has_lists "$destdir$directory" || lists_dirs+=("$directory")
    done
    ((${#lists_dirs[@]} > 0)) || fail "--cni-lists: there is no list (*.conflist) in $destdir${found[0]:-$usual_lists_dir}"
    for directory in "${lists_dirs[@]}"; do
        [[ " ${recorded_lists[*]} " == *" $directory "* ]] || recorded_lists+=("$directory")
    done
}

# Prints a line for each list with which no container would start.
broken_lists() { "$destdir$prefix/bin/evenkeel" cni directories --check --root "${destdir:-/}" 2>&1 || :; }

# Guards the lists, and takes it back if a runtime would not find what a list names afterwards.
add_to_lists() {
    local directory before after failed="" command=$destdir$prefix/bin/evenkeel
    [[ -n $dry_run ]] || before=$(broken_lists)
    for directory in "${lists_dirs[@]}"; do
        act "guard the CNI lists in $destdir$directory" || continue
        "$command" cni add --dir "$destdir$directory" --root "${destdir:-/}" || failed=yes
    done
    [[ -z $dry_run ]] || return 0
    after=$(comm -13 <(sort <<<"$before") <(broken_lists | sort))
    if [[ -n $after ]]; then
        printf '%s\n' "$after" >&2
        remove_from_lists
        note "--cni-lists: a list would have kept its containers from starting, so the plugin was taken out again"
        failed=yes
    fi
    [[ -z $failed ]]
}

# Before the plugin is removed: a list that names a missing plugin makes every container of its network fail.
remove_from_lists() {
    local directory program=$destdir$prefix/bin/evenkeel
    for directory in "${recorded_lists[@]}"; do
        [[ -d $destdir$directory ]] || continue
        act "remove the plugin from the CNI lists in $destdir$directory" || continue
        "$program" cni remove --dir "$destdir$directory" ||
            note "$program did not take the plugin out of every list in $destdir$directory"
    done
}

# Prints the lists and the drop-in files that name the plugin.
lists_with_plugin() {
    local directory list directories=("${recorded_lists[@]}" "$usual_lists_dir")
    if [[ -x $destdir$prefix/bin/evenkeel ]]; then
        mapfile -tO "${#directories[@]}" directories < <(programs=$destdir$prefix/bin ask_for_directories --lists)
    fi
    for directory in "${directories[@]}"; do
        [[ $directory == /* ]] || continue
        for list in "$destdir$directory"/*.{conflist,conf} "$destdir$directory"/*/*.conf; do
            [[ -f $list ]] || continue
            ! grep -qE "$plugin_entry" "$list" || printf '%s\n' "$list"
        done
    done | sort -u
}
