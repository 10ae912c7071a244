#!/usr/bin/env bash
# Prints what the programs are made of on this machine, for the bill of materials: a line each with name and version. Where Debian's
# packages do not say a version, NOASSERTION stands. components.sh FOLDER takes the libraries' versions from the packages in FOLDER,
# which cross-build.sh builds with, instead of those that are installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[[ $# -le 1 && ${1:-} != -* ]] || {
    echo "usage: install/release/components.sh [FOLDER]" >&2
    exit 64
}
archives=${1:-}

version_of() { # PACKAGE
    if [[ -n $archives ]]; then
        dpkg-deb --field "$(compgen -G "$archives/$1_*.deb" | head -n 1)" Version
    else
        dpkg-query --show --showformat='${Version}' "$1"
    fi
}

# The package that brings GCC's support library, and with it its C++ library; its version is in its name.
compilers_package() {
    if [[ -n $archives ]]; then
        compgen -G "$archives/libgcc-*-dev_*.deb" | head -n 1 | sed 's|.*/||; s/_.*//'
    else
        dpkg-query --search "$(gcc -print-libgcc-file-name 2>/dev/null)" 2>/dev/null | cut -d: -f1
    fi
}

# of NAME PACKAGE
of() {
    local version
    version=$(version_of "$2" 2>/dev/null) || version=
    printf '%s %s\n' "$1" "${version:-NOASSERTION}"
}

swift=$(swift --version 2>/dev/null | sed -n 's/.*[Ss]wift version \([0-9.]*\).*/\1/p') || swift=
of libnftnl libnftnl-dev
of musl musl-dev
of libgcc "$(compilers_package)"
of libstdc++ "$(compilers_package)"
printf 'swift %s\n' "${swift:-NOASSERTION}"
printf 'swift-argument-parser %s\n' \
    "$(sed -n 's/.*swift-argument-parser", exact: "\(.*\)").*/\1/p' "$here/../Package.swift")"
