#!/usr/bin/env bash
# Prints what the programs are made of on this machine, for the bill of materials: a line each with name and version. Where Debian's
# packages do not say a version, NOASSERTION stands.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# of NAME PACKAGE
of() {
    local version
    version=$(dpkg-query --show --showformat='${Version}' "$2" 2>/dev/null) || version=
    printf '%s %s\n' "$1" "${version:-NOASSERTION}"
}

swift=$(swift --version 2>/dev/null | sed -n 's/.*[Ss]wift version \([0-9.]*\).*/\1/p') || swift=
of libmnl libmnl-dev
of libnftnl libnftnl-dev
of musl musl-dev
of libgcc "$(dpkg-query --search "$(gcc -print-libgcc-file-name 2>/dev/null)" 2>/dev/null | cut -d: -f1)"
printf 'swift %s\n' "${swift:-NOASSERTION}"
printf 'swift-argument-parser %s\n' \
    "$(sed -n 's/.*swift-argument-parser", exact: "\(.*\)").*/\1/p' "$here/../Package.swift")"
