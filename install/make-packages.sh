#!/usr/bin/env bash
# Makes packages of the programs that install/build.sh has built. Of the same programs it makes the same bytes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LC_ALL=C
umask 022
# shellcheck source=release/version.sh
source "$here/release/version.sh"
# shellcheck source=image/layout.sh
source "$here/image/layout.sh"
for part in tree scripts deb rpm tar sbom; do
    # shellcheck source=/dev/null
    source "$here/release/$part.sh"
done

output=$here/../.build/packages
programs=$here/../.build/dist
command_line=
key=
maintainer="Evenkeel's maintainers <maintainers@evenkeel.dev>"
all_programs=(evenkeel evenkeel-cni evenkeel-hook evenkeel-runtime evenkeel-watch evenkeel-node)

usage() {
    cat <<'EOF'
usage: install/make-packages.sh [options]

Makes, of what install/build.sh has built: evenkeel_VERSION_ARCH.deb, evenkeel-VERSION-1.ARCH.rpm,
evenkeel-VERSION-linux-ARCH.tar.gz (unpack it, then run its install.sh), evenkeel-VERSION-ARCH.spdx.json (what the programs are
made of), NOTICES (its licences), and SHA256SUMS of all. Installed, none of them enables, starts or restarts anything.

  --format FORMAT      deb, rpm, tar or all (default); may be given several times
  --output DIR         where they go (default .build/packages)
  --programs DIR       the folder that install/build.sh filled (default .build/dist)
  --command-line FILE  this program in place of evenkeel in that folder
  --maintainer TEXT    "NAME <ADDRESS>", for the .deb
  --sign KEY           sign SHA256SUMS: by gpg with this key (an id or address), or by minisign if KEY is a file, its secret key
  --help               this text

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
    --format=* | --output=* | --programs=* | --command-line=* | --maintainer=* | --sign=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
    -h | --help) usage && exit 0 ;;
    --format | --output | --programs | --command-line | --maintainer | --sign)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        case $1 in
        --format) formats+=("$2") ;;
        --command-line) command_line=$2 ;;
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
    [[ " all deb rpm tar " == *" $format "* ]] || fail "--format is deb, rpm, tar or all, not '$format'" 64
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

# The programs as they are to be passed on, with pages and completions made of just them.
gather_programs() {
    local program folder=$work/programs
    [[ -z $command_line || -f $command_line ]] || fail "there is no program $command_line"
    for program in "${all_programs[@]}"; do
        [[ -x $programs/$program ]] ||
            fail "no program $program in $programs: run install/build.sh, or name its folder with --programs"
    done
    install -d "$folder"
    install -m 755 "${all_programs[@]/#/$programs/}" "$folder"
    [[ -z $command_line ]] || install -m 755 "$command_line" "$folder/evenkeel"
    if [[ -f $programs/components ]]; then cp "$programs/components" "$work/"; else "$here/release/components.sh" >"$work/components"; fi
    programs=$folder
    SOURCE_DATE_EPOCH=$epoch "$here/man.sh" --programs "$folder" "$folder/share/man"
    "$here/completions.sh" --programs "$folder" "$folder/share"
}

sign_sums() {
    [[ -n $key ]] || return 0
    if [[ -f $key ]]; then
        minisign -S -s "$key" -m "$output/SHA256SUMS" -x "$output/SHA256SUMS.minisig" >/dev/null
    else
        gpg --batch --yes --armor --detach-sign --local-user "$key" --output "$output/SHA256SUMS.asc" "$output/SHA256SUMS"
    fi
}

require_tools
version=$(release_version)
epoch=$(release_time)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
gather_programs
arch=$(architecture "$programs/evenkeel-cni") || fail "$programs/evenkeel-cni is for no machine that packages have a name for"
mkdir -p "$output"
output=$(cd "$output" && pwd)
rm -f "$output"/{evenkeel[-_]*.{deb,rpm,tar.gz,spdx.json},NOTICES,SHA256SUMS*}

make_sbom "$work/evenkeel.spdx.json"
install -m 644 "$work/evenkeel.spdx.json" "$output/evenkeel-$version-$arch.spdx.json"
install -m 644 "$here/licenses/NOTICES" "$output/NOTICES"
make_tree "$work/tree" "$programs"
! wants_format deb || make_deb
! wants_format rpm || make_rpm
! wants_format tar || make_tar
(cd "$output" && sha256sum -- evenkeel[-_]* NOTICES >SHA256SUMS)
sign_sums
(cd "$output" && stat -c '%n: %s bytes' -- *)
