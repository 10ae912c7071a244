# shellcheck shell=bash
# What podman reads: the OCI hook's JSON, in one of its hook directories, and a drop-in for containers.conf.
# shellcheck disable=SC2154

# The directory that podman and CRI-O read by default.
usual_hooks_dir=/usr/share/containers/oci/hooks.d
drop_in=/etc/containers/containers.conf.d/evenkeel.conf

# Prints the last file read by podman that sets hooks_dir, except the drop-in.
who_sets_hooks_dir() {
    local file found=
    for file in "$destdir"/{usr/share,etc}/containers/containers.conf \
        "$destdir"/etc/containers/containers.conf.d/*.conf; do
        [[ -f $file && $file != "$destdir$drop_in" ]] || continue
        ! grep -qE '^[[:blank:]]*(engine\.)?hooks_dir[[:blank:]]*=' "$file" || found=$file
    done
    printf '%s\n' "$found"
}

# Prints the directories that the file's hooks_dir holds, a line each.
listed_hooks_dirs() {
    awk -v usual="$usual_hooks_dir" '
        { sub(/[[:blank:]]*#.*/, "") }
        /^[[:blank:]]*(engine\.)?hooks_dir[[:blank:]]*=/ { inside = 1 }
        inside && /append *= *true/ { print usual }
        inside { rest = $0; while (match(rest, /"[^"]*"/)) {
            print substr(rest, RSTART + 1, RLENGTH - 2); rest = substr(rest, RSTART + RLENGTH) } }
        /\]/ { inside = 0 }' "$1"
}

# Where the hook's JSON goes, unless --hooks-dir says so.
choose_hooks_dir() {
    local other=$1 listed
    [[ -z $hooks_dir ]] || return 0
    hooks_dir=$usual_hooks_dir
    [[ -n $other ]] && wants podman || return 0
    listed=$(listed_hooks_dirs "$other")
    if [[ -n $listed ]] && ! grep -qxF "$usual_hooks_dir" <<<"$listed"; then
        hooks_dir=$(realpath -ms -- "$(tail -n 1 <<<"$listed")")
    fi
}

# A hooks_dir in the drop-in would replace one in another file, and disable its hooks. So if another file sets
# hooks_dir, the drop-in does not.
plan_drop_in() {
    local other=$1 text
    text=$(<"$here/containers.conf")
    text=${text//"/usr/local/libexec"/"$prefix/libexec"}
    if [[ -n $other ]]; then
        sed '/^\[engine]$/,/^]$/d' <<<"$text" | cat -s >"$rendered/containers.conf"
        if listed_hooks_dirs "$other" | grep -qxF "$hooks_dir"; then
            note "no hooks_dir in the drop-in: $(printf %q "$other") already sets it, with $hooks_dir in it"
        else
            note "no hooks_dir in the drop-in: $(printf %q "$other") sets it, and the drop-in would replace it." \
                "podman reads the hook once that list holds \"$hooks_dir\""
        fi
    else
        [[ $text == *"    \"$hooks_dir\","* ]] || text=${text/$'\n]'/$'\n    "'"$hooks_dir\","$'\n]'}
        printf '%s\n' "$text" >"$rendered/containers.conf"
    fi
    plan 644 "$rendered/containers.conf" "$drop_in"
}

# A kept drop-in may lack lines that this version would write.
check_kept_drop_in() {
    local line
    while IFS= read -r line; do
        [[ $line == *evenkeel*=* ]] || continue
        grep -qF -- "${line#*=}" "$destdir$drop_in" ||
            note "$destdir$drop_in lacks this line of [engine.runtimes]: $line"
    done <"$rendered/containers.conf"
}
