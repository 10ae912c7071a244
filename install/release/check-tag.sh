#!/usr/bin/env bash
# Whether a tag may become a release: the sources say the same version, and the changelog is finished.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=install/release/version.sh
source "$here/release/version.sh"

case ${1:-} in
-h | --help) echo "usage: install/release/check-tag.sh TAG (v and the version). Status 0 if it may be released, 1 if not, 64 wrong usage" && exit 0 ;;
esac
[[ $# == 1 && $1 != -* && -n $1 ]] || {
    echo "usage: install/release/check-tag.sh TAG" >&2
    exit 64
}

fail() {
    echo "install/release/check-tag.sh: $1" >&2
    exit 1
}

version=$(release_version)
[[ $1 == "v$version" ]] || fail "the tag is $1, the version $version: set the version, or tag v$version"
heading=$(grep -m 1 '^## \[' "$here/../.github/CHANGELOG.md") || fail ".github/CHANGELOG.md has no heading"
[[ $heading =~ ^'## ['"$version"'] - '[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] ||
    fail "the changelog's newest heading is \"$heading\": write \"## [$version] - $(date -u +%F)\""
others=$(grep -rhoE 'localhost/evenkeel:[0-9][^ ]*' "$here/kubernetes" | grep -vxF "localhost/evenkeel:$version" | sort -u) || :
[[ -z $others ]] || fail "install/kubernetes names ${others//$'\n'/, }: run install/release/set-version.sh $version"
echo "$1 may be released"
