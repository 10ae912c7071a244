#!/usr/bin/env bash
# Prints what a release's page says: its part of the changelog, and how to verify what is attached.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=install/release/version.sh
source "$here/release/version.sh"

case ${1:-} in
'') ;;
-h | --help) echo "usage: install/release/notes.sh. Prints the text for this version's release, in Markdown" && exit 0 ;;
*)
    echo "usage: install/release/notes.sh" >&2
    exit 64
    ;;
esac

version=$(release_version)
awk -v heading="## [$version]" '/^## \[/ { inside = index($0, heading) == 1; next } inside' "$here/../.github/CHANGELOG.md"
cat <<'TEXT'
### To verify

    gpg --verify SHA256SUMS.asc SHA256SUMS        (or: minisign -V -p evenkeel.pub -m SHA256SUMS)
    sha256sum --check --ignore-missing SHA256SUMS
TEXT
