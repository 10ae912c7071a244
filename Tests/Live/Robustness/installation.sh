# shellcheck shell=bash
# install.sh and uninstall.sh, killed with all that they have started just before each program that they run. Sourced by
# faults.sh.
# shellcheck disable=SC2154 # faults.sh sets it

# lead_to NAME: sets $command to what leads to the tree of that name.
lead_to() {
    case $1 in
    before) command=("$repository/install/uninstall.sh" --destdir "$own/root") ;;
    *) command=("$repository/install/install.sh" --destdir "$own/root" --programs "$own/programs.$1") ;;
    esac
}

# content FOLDER: all but times. What is written but not yet in its place is told apart by a number.
content() {
    (cd "$1" && find . -type f -printf '%P %m ' -exec sha256sum {} \; -o -printf '%P %y %m %l\n' | sort)
}

# lay_down NAME: the tree that NAME was kept as, and an empty folder for temporary files.
lay_down() {
    rm -rf "$own/root" "$own/tmp"
    mkdir "$own/tmp"
    cp -a "$own/tree.$1" "$own/root"
}

keep_as() {
    rm -rf "$own/tree.$1"
    cp -a "$own/root" "$own/tree.$1"
    content "$own/root" >"$own/content.$1"
}

# go_to NAME: a line for whatever is not as it must be then.
go_to() {
    lead_to "$1"
    "${command[@]}" >"$own/said" 2>&1 || echo "the next ${command[0]##*/} fails: $(<"$own/said")"
    content "$own/root" | diff "$own/content.$1" - | sed "s/^/the next ${command[0]##*/} leaves: /" || :
    find "$own/tmp" -mindepth 1 -printf "the next ${command[0]##*/} leaves %p\n"
}

# stations: a host with a file of Docker's and a few folders, and the same with either of two versions.
stations() {
    local program version
    export TMPDIR="$own/tmp"
    mkdir -p "$own/tree.before"/{etc/docker,opt,usr/{local/bin,share/containers}}
    printf '{\n  "log-driver": "none"\n}\n' >"$own/tree.before"/etc/docker/daemon.json
    lay_down before
    keep_as before
    for version in 1 2; do
        mkdir -p "$own/programs.$version"
        for program in evenkeel evenkeel-hook evenkeel-runtime evenkeel-cni evenkeel-watch; do
            printf '#!/bin/sh\necho %s %s\n' "$program" "$version" >"$own/programs.$version/$program"
            chmod 755 "$own/programs.$version/$program"
        done
        lay_down before
        lead_to $version
        "${command[@]}" >/dev/null
        keep_as $version
    done
}

# count_programs: puts one in front of each program that $command runs, which counts them, and ends all of it before one.
count_programs() {
    local program
    mkdir -p "$own/counted"
    cat >"$own/counted"/each <<'END'
#!/bin/sh
read -r number <"$COUNT"
number=$((number + 1))
echo $number >"$COUNT"
# The shell that runs the script, and what it has started.
[ $number != "$KILL_AT" ] || kill -KILL 0
PATH=${PATH#*:} exec "${0##*/}" "$@"
END
    chmod 755 "$own/counted"/each
    strace -f -qq -o "$own/calls" -e trace=execve "${command[@]}" >/dev/null
    sed -n 's|.*execve("[^"]*/\([^/"]*\)".* = 0$|\1|p' "$own/calls" | sort -u | while read -r program; do
        ln -s each "$own/counted/$program"
    done
    rm -f "$own/counted"/{bash,"${command[0]##*/}"}
}

# killed_at NUMBER: whether $command was killed before that many programs had run.
killed_at() {
    local status=0
    echo 0 >"$own/number"
    { COUNT="$own/number" KILL_AT=$1 PATH="$own/counted":$PATH setsid -w "${command[@]}" >/dev/null 2>&1 || status=$?; } 2>/dev/null
    ((status == 137))
}

# half_done FROM TO: what is neither as it was nor as it becomes. No hook's file is there without its program.
half_done() {
    content "$own/root" | grep -E '^[^ ]+ [0-7]+ [0-9a-f]{64} ' | grep -v -e .evenkeel-new. -e /manifest |
        grep -vxF -f "$own/content.$1" -f "$own/content.$2" | sed 's/^/neither old nor new: /' || :
    [[ ! -e "$own/root"/usr/share/containers/oci/hooks.d/evenkeel.json ||
        -x "$own/root"/usr/local/libexec/evenkeel/evenkeel-hook ]] || echo "the hook's file is there, and its program is not"
}

# disturb_installation FROM TO BACK: on the way from one tree to the other. From wherever it was left both the same command and
# the one that leads back come to their ends.
disturb_installation() {
    local from=$1 to=$2 back=$3 number=1 faults=0 line
    stations
    lay_down "$from"
    lead_to "$to"
    count_programs
    while true; do
        lay_down "$from"
        lead_to "$to"
        killed_at $number || break
        faults=$((faults + 1))
        cp -a "$own/root" "$own/tree.half"
        cp -a "$own/tmp" "$own/tmp.half"
        {
            half_done "$from" "$to"
            go_to "$to"
            lay_down half
            rm -rf "$own/tmp"
            cp -a "$own/tmp.half" "$own/tmp"
            go_to "$back"
        } >"$own/wrong" 2>&1 || :
        rm -rf "$own/tree.half" "$own/tmp.half"
        while IFS= read -r line; do echo "$scenario, killed before program $number: $line"; done <"$own/wrong"
        number=$((number + every))
    done
    echo "$scenario: $faults faults" >&2
}
