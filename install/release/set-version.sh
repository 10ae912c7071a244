#!/usr/bin/env bash
# Gives the next release its version, wherever one is written.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=install/release/version.sh
source "$here/release/version.sh"

usage() {
    cat <<'TEXT'
usage: install/release/set-version.sh VERSION

Writes VERSION (as semver.org has it: 1.2.3 or 1.2.3-rc.1) into Sources/LinuxSystem/Product.swift, which every program and package takes
it from, and into the Kubernetes manifests, and begins its heading in .github/CHANGELOG.md unless there is one. Exit status: 0 done,
1 failed, 64 wrong usage.
TEXT
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
esac
[[ $# == 1 && $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || {
    usage >&2
    exit 64
}
version=$1
former=$(release_version)
[[ -n $former ]] || { echo "install/release/set-version.sh: Product.swift says no version" >&2 && exit 1; }
pattern=${former//./\\.}

sed -i "s/let version = \"$pattern\"$/let version = \"$version\"/" "$here/../Sources/LinuxSystem/Product.swift"
# With the image's name before it, or as its label: other numbers of that form are none of ours.
grep -rlF "$former" "$here/kubernetes" | while IFS= read -r file; do
    sed -i -E "s/(evenkeel:|image\.version=\")$pattern\b/\1$version/" "$file"
done
changelog=$here/../.github/CHANGELOG.md
grep -qF "## [$version]" "$changelog" || sed -i "0,/^## \[/s//## [$version] - unreleased\n\n## [/" "$changelog"
echo "version $former is now $(release_version)"
