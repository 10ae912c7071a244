# shellcheck shell=bash
# Shared by install.sh and uninstall.sh: messages, arguments, and the record of installed files.

self=${0##*/}
# Sort order and patterns must not depend on who runs this.
export LC_ALL=C
umask 022

prefix=/usr/local
destdir=
dry_run=

# A new file is written under its name, this suffix and a number, then renamed. Engines read only names that end in
# .json and .conf, so they ignore it. If the script is killed, the next run that writes the file finds the leftover by its name, and
# so does uninstall.sh. The number is the process.
unfinished=.evenkeel-new

say() { printf '%s\n' "$*"; }
note() { printf '%s: note: %s\n' "$self" "$*" >&2; }

fail() {
    printf '%s: %s\n' "$self" "$*" >&2
    exit 1
}

usage_error() {
    printf '%s: %s\n%s --help lists the options\n' "$self" "$*" "$self" >&2
    exit 64
}

# Announces one action. Succeeds when it is to be carried out, fails in a dry run.
act() {
    say "${dry_run:+would }$*"
    [[ -z $dry_run ]]
}

# put MODE SOURCE TARGET [OPTION …]: the target is never half written, not even after a power cut. The options are those
# of install.
pending=
put() {
    remove_abandoned "$3"
    pending=$3$unfinished.$$
    install -m "$1" "${@:4}" -T -- "$2" "$pending"
    sync -- "$pending"
    mv -fT -- "$pending" "$3"
    pending=
}

# remove_abandoned TARGET: what a run that was killed wrote, and did not rename to it.
remove_abandoned() {
    local left
    [[ -z $dry_run ]] || return 0
    for left in "$1$unfinished".*; do
        [[ ! -f $left || -L $left ]] || is_running "${left##*.}" || rm -f -- "$left"
    done
}

# is_running PID
is_running() { [[ $1 =~ ^[0-9]+$ && -d /proc/$1 ]]; }

# A folder for texts that are not installed yet. Those of runs that were killed go.
make_rendered() {
    local place=${TMPDIR:-/tmp}/evenkeel-install left pid
    for left in "$place".*.*; do
        pid=${left#"$place."}
        # Anybody may write there: only what belongs to who runs this.
        [[ ! -d $left || -L $left || ! -O $left ]] || is_running "${pid%%.*}" || rm -rf -- "$left"
    done
    rendered=$(mktemp -d "$place.$$.XXXXXX")
    trap clean_up EXIT
}

clean_up() {
    rm -rf -- "$rendered"
    [[ -z $pending ]] || rm -rf -- "$pending"
}

# directory_argument OPTION [VALUE …]: prints the value, made absolute and free of dots.
directory_argument() {
    # An empty --destdir (from an unset variable) would turn a staged install into a real one.
    [[ $# -ge 2 && -n $2 && $2 != -* ]] || usage_error "$1 needs a directory"
    # The path ends up in JSON, in TOML and in a file with a line for each path.
    [[ $2 != *[[:cntrl:]\"\\]* ]] || usage_error "$1: '$2' holds a quotation mark, backslash or control character"
    case $1 in
    --destdir | --programs) ;;
    *) [[ $2 == /* ]] || usage_error "$1 must be an absolute path, not '$2'" ;;
    esac
    realpath -ms -- "$2"
}

require_root() {
    [[ $EUID -eq 0 || -n $destdir || -n $dry_run ]] ||
        fail "not root: run it as root, or name a folder of your own with --destdir"
}

# processes NAME: prints the user id and the folder in /proc of each process that runs a program of this name. An ordinary
# user may run anything under any name. Root's processes count only if root alone may write to the program.
processes() {
    local process user
    while IFS= read -r process; do
        user=$(user_of "$process") || continue
        [[ $user != 0 ]] || runs_roots "$process" "$1" || continue
        printf '%s %s\n' "$user" "$process"
    done < <(grep -lx -- "$1" /proc/[0-9]*/comm 2>/dev/null | sed 's|/comm$||')
}

# user_of PROCESS: prints the user id; nothing if it runs with several, as set-user-ID programs do.
user_of() {
    local key ids
    while read -r key ids; do
        [[ $key == Uid: ]] || continue
        # shellcheck disable=SC2086
        set -- $ids
        [[ $# == 4 && $1 == "$2" && $1 == "$3" && $1 == "$4" ]] && printf '%s\n' "$1"
        return
    done 2>/dev/null <"$1/status"
    return 1
}

# runs_roots PROCESS NAME: whether its executable file, which a process cannot choose, has this name and only root may
# write to it.
runs_roots() {
    local program owner mode
    # Whoever is not root may not look, and has to believe the name.
    ((EUID == 0)) || return 0
    program=$(readlink -- "$1/exe") || return 1
    # The kernel marks a file that was replaced; nixpkgs' wrappers rename what they wrap.
    program=${program##*/} program=${program% (deleted)}
    [[ $program == "$2" || $program == ".$2-wrapped" ]] || return 1
    read -r owner mode < <(stat -Lc '%u %a' -- "$1/exe") || return 1
    ((owner == 0 && (8#$mode & 8#022) == 0))
} 2>/dev/null

# Prints a regular file's checksum; else "missing", or "other" (a link, a directory).
fingerprint() {
    local sum
    if [[ -f $1 && ! -L $1 ]]; then
        read -r sum _ < <(sha256sum <"$1")
        printf '%s\n' "$sum"
    elif [[ -e $1 || -L $1 ]]; then
        echo other
    else
        echo missing
    fi
}

# The manifest is a file for `sha256sum -c`. Its comments record what else was done: the directories made, what was made
# for runtimes.evenkeel in Docker's daemon.json (file, runtimes or evenkeel), and the directories whose CNI lists got the
# plugin. Its paths are those of the installed system, without --destdir.
manifest_path() { printf '%s/lib/evenkeel/manifest\n' "$prefix"; }

# The manifest's folders come and go together with it, under another name: who was interrupted would leave folders that nobody
# knows to be ours. Those of runs that were killed go.
# shellcheck disable=SC2154 # each script sets $manifest
remove_unfinished_manifest() {
    local path=$manifest left
    while [[ -n $path ]]; do
        for left in "$destdir$path$unfinished".*; do
            if [[ ! -e $left || -L $left ]] || is_running "${left##*.}"; then continue; fi
            if act "remove $left"; then rm -rf -- "$left"; fi
        done
        path=${path%/*}
    done
}

# recorded[PATH] is every checksum the manifest has for PATH: two, if an install was interrupted while it replaced a file.
declare -A recorded=()
recorded_files=()
recorded_directories=()
recorded_docker=
recorded_lists=()

read_manifest() {
    local file=$1 line path
    [[ -f $file ]] || return 0
    while IFS= read -r line; do
        if [[ $line == "# directory /"* ]]; then
            recorded_directories+=("${line#"# directory "}")
        elif [[ $line =~ ^#\ docker\ (file|runtimes|evenkeel)$ ]]; then
            # shellcheck disable=SC2034
            recorded_docker=${BASH_REMATCH[1]}
        elif [[ $line == "# cni-lists /"* ]]; then
            recorded_lists+=("${line#"# cni-lists "}")
        elif [[ $line =~ ^([0-9a-f]{64})\ \ (/.+)$ ]]; then
            path=${BASH_REMATCH[2]}
            [[ -n ${recorded[$path]:-} ]] || recorded_files+=("$path")
            recorded[$path]+=" ${BASH_REMATCH[1]} "
        elif [[ -n $line && $line != "#"* ]]; then
            fail "$file: this line is no checksum and path: ${line@Q}"
        fi
    done <"$file"
}

# is_ours PATH FINGERPRINT: whether the file is still as it was installed.
is_ours() { [[ ${recorded[$1]:-} == *" $2 "* ]]; }
