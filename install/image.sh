#!/usr/bin/env bash
# Makes a container image of the static programs: an OCI image layout in a tar archive. Needs no engine and no root, and of the same
# programs makes the same bytes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=image/layout.sh
source "$here/image/layout.sh"

output=
programs=$here/../.build/dist
arch=
# Every engine takes this name for an image that it has already; one without a host would be looked for in a registry.
name=localhost/evenkeel

usage() {
    cat <<'EOF'
usage: install/image.sh [options]

Makes an image of evenkeel-node, evenkeel-watch, evenkeel-cni, evenkeel-hook, evenkeel-runtime and their licences, as
an OCI image layout in a tar archive. It starts evenkeel-node. Load it with

    podman load -i FILE        docker load -i FILE        ctr -n k8s.io image import FILE

  --output FILE    the archive (default evenkeel-VERSION-ARCH.tar)
  --programs DIR   the folder that install/build.sh filled (default .build/dist)
  --arch ARCH      amd64 or arm64: what the programs are built for (default: what the first one says)
  --name NAME      the image's name, with its registry if it has one (default localhost/evenkeel); the tag is the version
  --help           this text

SOURCE_DATE_EPOCH is the time in the image (default 0, 1970). Needs jq and GNU tar.
EOF
}

fail() {
    echo "install/image.sh: $1" >&2
    exit "${2:-1}"
}

while (($#)); do
    case $1 in
    --output=* | --programs=* | --arch=* | --name=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    --output | --programs | --arch | --name)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        declare "${1#--}=$2"
        shift 2
        ;;
    *) fail "unknown argument '$1'; --help lists the options" 64 ;;
    esac
done

for program in jq tar sha256sum gzip; do
    command -v "$program" >/dev/null || fail "there is no program $program; install it"
done
for program in "${image_programs[@]}"; do
    [[ -x $programs/$program ]] ||
        fail "no program $program in $programs: run install/build.sh, or name its folder with --programs"
done
[[ -n $arch ]] || arch=$(architecture "$programs/${image_programs[0]}") || fail "name the architecture with --arch"
[[ $arch == amd64 || $arch == arm64 ]] || fail "--arch is amd64 or arm64, not '$arch'" 64
version=$(sed -n 's/.*let version = "\(.*\)"$/\1/p' "$here/../Sources/LinuxSystem/Product.swift")
epoch=${SOURCE_DATE_EPOCH:-0}
[[ $epoch =~ ^[0-9]+$ ]] || fail "SOURCE_DATE_EPOCH is a number of seconds, not '$epoch'" 64
output=${output:-evenkeel-$version-$arch.tar}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_root "$work/root" "$programs" "$here"
make_layout "$work/root" "$work/layout" "$arch" "$version" "$epoch" "$name"
pack "$work/layout" "$epoch" >"$output.new"
mv -- "$output.new" "$output"
echo "$output: $name:$version for $arch, $(stat -c %s "$output") bytes"
