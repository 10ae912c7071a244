#!/usr/bin/env bash
# For newcomers: shows on this machine's kernel what Evenkeel repairs, in namespaces that vanish afterwards.
set -euo pipefail

self=$(realpath "${BASH_SOURCE[0]}")
repository=${self%/install/demo.sh}
programs=$repository/.build/dist
build=yes
install=yes
# sysexits.h: EX_TEMPFAIL.
too_busy=75

# shellcheck source=install/packages.sh
source "$repository/install/packages.sh"
# shellcheck source=install/requirements.sh
source "$repository/install/requirements.sh"
# shellcheck source=/dev/null
for part in host containers servers probes downloads; do source "$repository/Tests/Laboratory/packets/$part.sh"; done
# shellcheck source=install/demo/laboratory.sh
source "$repository/install/demo/laboratory.sh"
# shellcheck source=install/demo/podman.sh
source "$repository/install/demo/podman.sh"

usage() {
    cat <<'TEXT'
usage: sudo install/demo.sh [--no-install] [--programs DIR]

Makes a throw-away host with a container on two networks, measures what is lost, runs Evenkeel and measures
again. Does the same with downloads that a stray segment breaks and, if podman is installed, with a real podman
container. Takes about half a minute after the build.

  --no-install     install nothing; say what is missing instead
  --programs DIR   use the programs in DIR (evenkeel-cni, evenkeel-hook) instead of building them
  -h, --help       this text

Interfaces, routes, firewall rules, containers and files of this machine do not change: everything happens in the
demo's own namespaces, which always end with it. What stays: the Debian packages it installs, the programs it
builds in .build, and modules that the kernel loads on first use.

Exit status: 0 if nothing is lost with Evenkeel; 1 if something is, or the demo could not run; 64 wrong usage; 75 if the
machine is too busy to tell.
NO_COLOR=1 turns colour off.
TEXT
}

parse_options() {
    while (($#)); do
        case $1 in
        --no-install) install=no ;;
        --programs)
            programs=$(realpath -e -- "${2:-}" 2>/dev/null) || misused "--programs needs a directory that exists"
            build=no
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) misused "unknown option $1" ;;
        esac
        shift
    done
}

# --- messages ---

bold="" red="" green="" plain=""
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

step() { printf '\n%s==> %s%s\n' "$bold" "$1" "$plain"; }

say() { printf '    %s\n' "$@"; }

quote() { sed 's/^/        /; s/ *$//'; }

fail() {
    printf 'install/demo.sh: %s\n' "$1" >&2
    exit 1
}

misused() {
    printf 'install/demo.sh: %s\n\n' "$1" >&2
    usage >&2
    exit 64
}

# --- packages and programs ---

missing_packages() {
    local command requirement
    local needed="ip:iproute2 nft:nftables ping:iputils-ping socat:socat sysctl:procps unshare:util-linux"
    # The demo does not install podman, only what its podman part also needs.
    ! command -v podman >/dev/null || needed+=" busybox:busybox-static crun:crun"
    if [[ $build == yes ]]; then
        for requirement in "${build_requirements[@]}"; do
            is_there "${requirement#* }" || echo "${requirement% *}"
        done | sort -u
    fi
    for command in $needed; do
        command -v "${command%:*}" >/dev/null || echo "${command#*:}"
    done
}

supply_packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]} == 0)); then
        say "Nothing is missing."
        return
    fi
    if [[ $install == no ]] || ! command -v apt-get >/dev/null; then
        fail "these packages are missing (by their Debian names): ${missing[*]}"
    fi
    say "Installing ${missing[*]}"
    install_packages "${missing[@]}" || fail "apt-get could not install them"
}

# Runs as the owner of the checkout, so that no file becomes root's; in a login shell, which knows where Swift is.
as_owner() { # SHELL-COMMAND, run in the repository
    local owner as=()
    owner=$(stat -c %U "$repository")
    [[ $owner == root ]] || as=(runuser -u "$owner" -- env "HOME=$(getent passwd "$owner" | cut -d: -f6)")
    # shellcheck disable=SC2016 # the shell that is started expands them
    "${as[@]}" bash -lc 'PATH=$PATH:$1; cd "$2" && eval "$3"' bash "$PATH" "$repository" "$1"
}

# Of SwiftPM's lines, a terminal gets those that only tell how far it is on one line, and nothing else does.
show_progress() {
    local line
    while IFS= read -r line; do
        if [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
            [[ ! -t 1 || ${TERM:-dumb} == dumb ]] || printf '\r        %-60.60s' "$line"
        elif [[ ! $line =~ ^(Fetch|Comput|Creating|Working|Building|$)|swift_static ]]; then
            [[ ! -t 1 || ${TERM:-dumb} == dumb ]] || printf '\r%68s\r' ''
            printf '        %s\n' "$line"
        fi
    done
}

build_programs() {
    if [[ $build == yes ]]; then
        as_owner 'command -v swift' >/dev/null ||
            fail "building needs Swift $least_swift or later (https://www.swift.org/install/linux); --programs DIR skips it"
        say "Building with install/build.sh; the first time this takes a minute or two."
        as_owner install/build.sh 2>&1 | show_progress || fail "the build failed"
    fi
    local program
    for program in evenkeel-cni evenkeel-hook; do
        [[ -x $programs/$program ]] || fail "there is no program $programs/$program"
    done
    say "Using evenkeel-cni and evenkeel-hook in $programs."
}

# --- the story, told inside the throw-away host ---

show_routes() {
    ip -n container route show default | quote
    ip -n container -6 route show default | quote
}

show_damage() {
    step "Before: a container on two networks"
    say "Each network brought a default route of the same metric:"
    show_routes
    say "For IPv4 the kernel alternates between them. For IPv6 it picks one by a hash of the addresses. That does" \
        "harm if the container's own address is fixed: a bound socket, a published port. A strict reverse path filter" \
        "silently drops a packet on the wrong route: rp_filter=1 in the container and on the host, and for IPv6 a" \
        "firewall rule on the host that does the same, as firewalld has by default." \
        "Measuring: ${#rows[@]} kinds of traffic, $probes probes each ..."
    measure_loss before

    step "Before: downloads through the host's address translation"
    say "Now and then a segment arrives that lies outside the TCP window. Connection tracking calls it INVALID and" \
        "does not translate it. So the host itself gets it, knows no such connection, and answers with a reset." \
        "Measuring: $connections downloads from a container on one network; 1 in 25 segments is made INVALID ..."
    measure_downloads before
    ! grep -qs 'Connection reset by peer' "$state"/before/said.* || echo "Connection reset by peer" | quote
}

run_plugin() {
    step "Evenkeel: evenkeel-cni ADD, as a container engine runs it"
    if ! call ADD demo /run/netns/container eth1 >"$state/result" 2>"$state/said" <<'JSON'; then
{ "cniVersion": "1.0.0", "name": "b", "type": "evenkeel",
  "prevResult": { "cniVersion": "1.0.0", "interfaces": [], "ips": [], "routes": [] } }
JSON
        cat "$state/said" "$state/result" >&2
        fail "evenkeel-cni failed"
    fi
    say "What Evenkeel changed:"
    quote <"$state/said"
    say "The container's default routes now, and the rules for addresses whose default route left main:"
    show_routes
    { ip -n container rule && ip -n container -6 rule; } | { grep -E '^32765:' || :; } | quote
}

# Prints a row of the table. A figure after Evenkeel that is not 0 is noted in $state/bad.
table_row() { # TITLE TOTAL FIGURE-COMMAND..., which is given phase and family
    local family phase figure colour
    printf '    %-30s' "$1"
    for family in "${families[@]}"; do
        printf '  '
        for phase in before after; do
            figure=$("${@:3}" "$phase" "$family") colour=$green
            [[ $figure == 0 ]] || colour=$red
            [[ $figure == 0 || $phase == before ]] || : >"$state/bad"
            [[ $figure$2 != 0 ]] || figure=none
            printf '%s%9s%s' "$colour" "$figure$2" "$plain"
        done
    done
    echo
}

show_table() {
    local family name
    step "Before and after"
    printf '    %-30s' ""
    for family in "${families[@]}"; do printf '  %sIPv%s before    after%s' "$bold" "$family" "$plain"; done
    echo
    for name in "${rows[@]}"; do
        table_row "${title[$name]}" "/$probes" losses "$name"
    done
    table_row "downloads that broke" "/$connections" broken_downloads
    table_row "resets sent by the host" "" resets
}

tell_story() {
    local family
    mount -t sysfs sysfs /sys # of this network namespace
    make_laboratory
    show_damage
    run_plugin
    step "After: the same measurements"
    measure_patiently after
    measure_downloads_patiently after
    for family in "${families[@]}"; do
        say "IPv$family: $(spoilt after "$family") segments were made INVALID during the downloads."
        # If no segment was INVALID, complete downloads prove nothing.
        [[ $(spoilt after "$family") != 0 ]] || : >"$state/bad"
    done
    show_table
    show_picture
    [[ -e $state/bad ]] || return 0
    [[ -e $state/busy ]] || return 1
    say "This machine is too busy to measure: a container on one network, which Evenkeel has nothing to do with, lost $(<"$state/busy")" \
        "probes as well. Run the demo again when less runs here."
    return "$too_busy"
}

# For a person: the container as it is now.
show_picture() {
    [[ -t 1 && -x $programs/evenkeel ]] || return 0
    step "The container on the map"
    "$programs/evenkeel" doctor --netns /run/netns/container --diagram 2>/dev/null | quote || :
}

# --- namespaces that vanish ---

# A stage is this script again, as process 1 of new namespaces. It ends when this process ends for any reason, and its
# servers, containers, mounts and namespaces end with it.
throw_away() { # STAGE
    local stage
    EVENKEEL_DEMO_STAGE=$1 setpriv --pdeathsig KILL \
        unshare --net --mount --pid --ipc --uts --fork --kill-child --mount-proc \
        "$BASH" "$self" --programs "$programs" &
    stage=$!
    # shellcheck disable=SC2064 # this stage's number
    trap "kill -KILL $stage; exit 130" HUP INT TERM
    wait "$stage"
}

in_stage() { # STAGE
    mount -t tmpfs tmpfs /run
    # The machine's own policy must not apply here.
    [[ ! -d /etc/evenkeel ]] || mount -t tmpfs tmpfs /etc/evenkeel
    case $1 in
    story) tell_story ;;
    podman) tell_podman_story ;;
    esac
}

main() {
    local good=yes status
    printf '%sEvenkeel: one clear default route, and no reset for a stray segment%s\n' "$bold" "$plain"
    say "This shows both failures and their fix on your kernel, in a throw-away host. It changes nothing on this" \
        "machine, but may install packages and builds the programs (--help tells more)."
    [[ $EUID == 0 ]] || fail "making namespaces needs root: sudo install/demo.sh"
    step "Packages"
    supply_packages
    step "Programs"
    build_programs
    unshare --net --mount --pid --fork true ||
        fail "this system allows no new namespaces (a container must be a privileged one)"
    throw_away story || {
        status=$?
        ((status != too_busy)) || exit "$too_busy"
        good=no
    }
    if command -v podman >/dev/null; then
        throw_away podman || good=no
    fi
    step "Result"
    if [[ $good == no ]]; then
        say "${red}Not good: something was still lost, or a step failed; see above.$plain"
        exit 1
    fi
    say "${green}Good: with Evenkeel nothing was lost, no download broke and the host sent no reset.$plain"
}

parse_options "$@"
if [[ -n ${EVENKEEL_DEMO_STAGE:-} ]]; then
    in_stage "$EVENKEEL_DEMO_STAGE"
else
    main
fi
