#!/usr/bin/env bash
# Builds what is committed in a root of its own for each of several Debian releases, as a newcomer would who has read the README.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
    cat <<'TEXT'
usage: sudo Tests/Platforms/build-test.sh [--mirror URL] [--swift DIR] [--keep] SUITE…

For each SUITE (bookworm, trixie, sid) makes a root with debootstrap in a temporary folder, installs the packages that the README
names, copies a clean clone of this repository into it, runs install/build.sh there, and starts each program. Says how long the
build took and how large the programs are. Status 1 if a suite failed; the log of a failed one is printed.

  --mirror URL   where Debian's packages come from (default: where this machine's come from, as apt says)
  --swift DIR    the folder of the Swift to build with (default: the one on PATH); it is seen in the root, read-only, under its
                 own path, with those libraries of this machine that it needs and the release has not
  --keep         leave the roots there, and say where
  -h, --help     this text

Needs root, debootstrap, about 4 GB for each suite, and ten minutes each on two cores. Everything is mounted in a mount namespace
of its own, so nothing stays mounted however this ends; the folder is removed.
TEXT
}

complain() { echo "Tests/Platforms/build-test.sh: $*" >&2; }

mirror='' swift='' keep='' suites=()
while (($#)); do
    case $1 in
    --mirror | --swift)
        (($# > 1)) || { complain "$1 needs a value" && exit 64; }
        declare "${1#--}=$2"
        shift
        ;;
    --keep) keep=yes ;;
    -h | --help) usage && exit 0 ;;
    -*)
        complain "unknown option $1"
        usage >&2
        exit 64
        ;;
    *) suites+=("$1") ;;
    esac
    shift
done
((${#suites[@]} > 0)) || { usage >&2 && exit 64; }
((EUID == 0)) || { complain "debootstrap needs root: run it with sudo" && exit 1; }
command -v debootstrap >/dev/null || { complain "debootstrap is missing: sudo apt-get install debootstrap" && exit 1; }

# Of what this machine installs from, the archive itself: the security archive has another layout.
# shellcheck disable=SC2016 # apt replaces them
mirror=${mirror:-$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Origin: Debian' |
    grep -v -- '-security\|-updates\|-backports' | head -n 1 | cut -d' ' -f1)}
[[ -n $mirror ]] || { complain "apt does not say where Debian's packages come from: name it with --mirror" && exit 1; }
if [[ -z $swift ]]; then
    swift=$(realpath "$(command -v swift || :)")
    swift=${swift%/usr/bin/*}
fi
[[ -x $swift/usr/bin/swift ]] || { complain "there is no usr/bin/swift in '$swift': name its folder with --swift" && exit 1; }

scratch=$(mktemp -d)
clean_up() {
    if [[ -n $keep ]]; then
        echo "left in $scratch"
    else
        rm -rf --one-file-system -- "$scratch"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Says seconds, sizes, or that it failed.
build_in() { # SUITE
    local root=$scratch/$1 log=$scratch/$1.log status=0
    echo "$1: installing, then building"
    unshare --mount --pid --fork --kill-child "$repository/Tests/Platforms/build-in-root.sh" \
        "$1" "$root" "$mirror" "$swift" "$repository" >"$log" 2>&1 || status=$?
    if ((status == 0)); then
        sed -n 's/^RESULT /    /p' "$log"
    else
        complain "$1 failed with $status, at the end of this:"
        tail -n 60 "$log" >&2
    fi
    [[ -n $keep ]] || rm -rf --one-file-system -- "$root"
    return "$status"
}

failed=
for suite in "${suites[@]}"; do
    build_in "$suite" || failed=yes
done
[[ -z $failed ]]
