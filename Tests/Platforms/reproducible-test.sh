#!/usr/bin/env bash
# Builds what is committed in two folders, and compares all that comes of it byte by byte.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export LC_ALL=C

usage() {
    cat <<'TEXT'
usage: Tests/Platforms/reproducible-test.sh [--keep]

Clones this repository's last commit into two folders with different names, runs install/build.sh in each and
install/make-packages.sh on what it made, with one SOURCE_DATE_EPOCH, and compares all files: programs, manual pages, completions,
packages; but not the unstripped copies, whose debug information names the compiler's own temporary modules. Prints each file's
SHA-256. Status 0: all are the same. 1: some differ, or a build failed, whose log is then printed. 64: wrong usage.

  --keep       leave the folders there, and say where
  -h, --help   this text

Needs what install/build.sh and install/make-packages.sh need (on Debian also the packages jq and rpm), 3 GB below TMPDIR, and about
ten minutes on two cores.
TEXT
}

complain() { echo "Tests/Platforms/reproducible-test.sh: $*" >&2; }

keep=
while (($#)); do
    case $1 in
    --keep) keep=yes ;;
    -h | --help) usage && exit 0 ;;
    *)
        complain "unknown argument '$1'"
        usage >&2
        exit 64
        ;;
    esac
    shift
done
for program in jq dpkg-deb rpmbuild; do
    command -v "$program" >/dev/null || { complain "there is no program $program; install it" && exit 1; }
done

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

# make_in FOLDER: all that is passed on, in FOLDER/.build/dist and FOLDER/.build/packages.
make_in() {
    echo "building in $1"
    (cd "$1" && install/build.sh && install/make-packages.sh --format all) >"$1.log" 2>&1 || {
        complain "it failed in $1, at the end of this:"
        tail -n 60 "$1.log" >&2
        return 1
    }
    (cd "$1/.build" && find dist packages -path dist/debug -prune -o -type f -print0 | sort -z | xargs -0 sha256sum) >"$1.sums"
}

# Paths of different lengths and depths, so that also what only has their length is seen.
one=$scratch/one another=$scratch/another/folder
git clone --quiet --no-local -- "$repository" "$one"
git clone --quiet --no-local -- "$one" "$another"
SOURCE_DATE_EPOCH=$(git -C "$one" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
make_in "$one"
make_in "$another"

cat "$one.sums"
for pattern in 'dist/evenkeel$' 'dist/evenkeel-watch$' 'packages/.*\.deb$' 'packages/.*\.rpm$' 'packages/.*\.tar\.gz$'; do
    grep -q " $pattern" "$one.sums" || { complain "nothing was made that is called $pattern" && exit 1; }
done
if ! differences=$(diff "$one.sums" "$another.sums"); then
    complain "these differ:"
    sed -nE 's/^[<>] [0-9a-f]{64}  /  /p' <<<"$differences" | sort -u >&2
    exit 1
fi
echo "all $(wc -l <"$one.sums") files are the same"
