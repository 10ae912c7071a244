#!/usr/bin/env bash
# Puts what standard input says between two marks of a file, and keeps the rest.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: Tests/publish.sh MARK FILE <TEXT

Replaces what is between the lines `<!-- MARK: begin -->` and `<!-- MARK: end -->` of FILE. Changes nothing, and ends with 1, unless both
are there once and in this order, and there is a text.
TEXT
}

fail() {
    echo "Tests/publish.sh: $1" >&2
    exit "${2:-1}"
}

[[ ${1:-} != -h && ${1:-} != --help ]] || { usage && exit; }
[[ $# == 2 && $1 =~ ^[a-z]+$ ]] || fail "it takes a mark and a file; --help says more" 64
file=$2 begin="<!-- $1: begin -->" end="<!-- $1: end -->"
marks=$(grep -nxF -e "$begin" -e "$end" "$file" | cut -d: -f2-) || fail "$file has no line '$begin'"
[[ $marks == "$begin"$'\n'"$end" ]] || fail "$file needs the lines '$begin' and '$end' once each, in this order"
text=$(cat)
[[ -n $text ]] || fail "there is nothing to put into $file"
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
{
    sed "/^$begin\$/q" "$file"
    printf '%s\n' "$text"
    sed -n "/^$end\$/,\$p" "$file"
} >"$new"
chmod --reference="$file" "$new"
mv "$new" "$file"
