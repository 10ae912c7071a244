#!/usr/bin/env bash
# Makes packages of the programs that install/build.sh has built. Of the same programs it makes the same bytes.
# shellcheck disable=SC2034,SC2154 # the parts in release/ share its variables
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C
umask 022
# shellcheck source=release/version.sh
source "$here/release/version.sh"
# shellcheck source=image/layout.sh
source "$here/image/layout.sh"
for part in gather libraries changelog tree scripts deb rpm tar image sbom; do
    # shellcheck source=/dev/null
    source "$here/release/$part.sh"
done

output=$here/../.build/packages
programs=$here/../.build/dist
command_line=
pages_by=$here/../.build/dist
key=
maintainer=$release_maintainer

usage() {
    cat <<'EOF'
usage: install/make-packages.sh [options]

Makes, of what install/build.sh has built: evenkeel_VERSION_ARCH.deb, evenkeel-VERSION-1.ARCH.rpm,
evenkeel-VERSION-linux-ARCH.tar.gz (unpack it, then run its install.sh), evenkeel-image-VERSION-ARCH.tar (an OCI image) with
evenkeel-kubernetes-VERSION.tar.gz (the manifests that run it), evenkeel-VERSION-ARCH.spdx.json (what the programs are made of),
NOTICES (its licences), and SHA256SUMS of all. Installed, none of them enables, starts or restarts anything.

  --format FORMAT      deb, rpm, tar, image or all (default); may be given several times
  --output DIR         where they go (default .build/packages)
  --programs DIR       the folder that install/build.sh or install/cross-build.sh filled (default .build/dist)
  --command-line FILE  this program in place of evenkeel in that folder
  --pages-by DIR       only if the programs are for another machine: the same ones for this machine, which manual pages and
                       completions are made by (default .build/dist)
  --maintainer TEXT    "NAME <ADDRESS>", who answers for these packages (default: who install/release/version.sh names)
  --sign KEY           sign SHA256SUMS: by gpg with this key (an id or address), or by minisign if KEY is a file, its secret key
  --help               this text

The programs' ELF headers say which machine the packages are for, amd64 or arm64; all must say the same. Without the command line there
are no packages: half of what they set up runs it. For another machine its command line is built there, and named here:

    install/cross-build.sh && install/make-packages.sh --programs .build/dist-arm64 --command-line FILE

SOURCE_DATE_EPOCH is the time in the packages (default: that of the commit). Needs jq and GNU tar; for .deb dpkg-deb, for .rpm
rpmbuild (Debian's package rpm), and binutils. Exit status: 0 done, 1 failed, 64 wrong usage.

Whoever gets the packages verifies them so, with the maintainers' public key:

    gpg --import KEY.asc && gpg --verify SHA256SUMS.asc SHA256SUMS      (or: minisign -V -p KEY.pub -m SHA256SUMS)
    sha256sum --check --ignore-missing SHA256SUMS
EOF
}

fail() {
    echo "install/make-packages.sh: $1" >&2
    exit "${2:-1}"
}

formats=()
while (($#)); do
    case $1 in
    --format=* | --output=* | --programs=* | --command-line=* | --pages-by=* | --maintainer=* | --sign=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
    -h | --help) usage && exit 0 ;;
    --format | --output | --programs | --command-line | --pages-by | --maintainer | --sign)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        case $1 in
        --format) formats+=("$2") ;;
        --command-line) command_line=$2 ;;
        --pages-by) pages_by=$2 ;;
        --sign) key=$2 ;;
        *) declare "${1#--}=$2" ;;
        esac
        shift 2
        ;;
    *) fail "unknown argument '$1'; --help lists the options" 64 ;;
    esac
done
((${#formats[@]} > 0)) || formats=(all)
for format in "${formats[@]}"; do
    [[ " all deb rpm tar image " == *" $format "* ]] || fail "--format is deb, rpm, tar, image or all, not '$format'" 64
done
[[ $maintainer == ?*' <'?*@?*'>' ]] || fail "--maintainer is NAME <ADDRESS>, not '$maintainer'" 64

wants_format() { [[ " ${formats[*]} " == *" $1 "* || " ${formats[*]} " == *" all "* ]]; }

require_tools() {
    local tool tools=(jq tar gzip readelf sha256sum)
    ! wants_format deb || tools+=(dpkg-deb)
    ! wants_format rpm || tools+=(rpmbuild)
    [[ -z $key ]] || tools+=("$([[ -f $key ]] && echo minisign || echo gpg)")
    for tool in "${tools[@]}"; do command -v "$tool" >/dev/null || fail "there is no program $tool; install it"; done
}

require_tools
version=$(release_version)
epoch=$(release_time)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
gather_programs
mkdir -p "$output"
output=$(cd "$output" && pwd)
rm -f "$output"/{evenkeel[-_]*.{deb,rpm,tar,tar.gz,spdx.json},NOTICES,SHA256SUMS*}

make_sbom "$work/evenkeel.spdx.json"
install -m 644 "$work/evenkeel.spdx.json" "$output/evenkeel-$version-$arch.spdx.json"
install -m 644 "$here/licenses/NOTICES" "$output/NOTICES"
make_tree "$work/tree" "$programs"
! wants_format deb || make_deb
! wants_format rpm || make_rpm
! wants_format tar || make_tar
! wants_format image || make_image
"$here/release/sums.sh" ${key:+--sign "$key"} "$output"
(cd "$output" && stat -c '%n: %s bytes' -- *)
