# shellcheck shell=bash
# .github/CHANGELOG.md as packages have it. For deb.sh and rpm.sh.
# shellcheck disable=SC2154

# changelog_versions: each version and its time in seconds, newest first. What is not released yet has the package's own.
changelog_versions() {
    local named when
    awk '/^## \[/ { split($2, parts, /[][]/); print parts[2], $NF }' "$here/../.github/CHANGELOG.md" |
        while read -r named when; do
            if [[ $when == unreleased ]]; then when=$epoch; else when=$(date -u -d "$when 12:00" +%s); fi
            echo "$named $when"
        done
}

# changelog_entries VERSION: its headings and entries, a line each.
changelog_entries() {
    awk -v version="$1" '
        function flush() { if (text != "") print text; text = "" }
        /^## / { inside = index($0, "## [" version "]") == 1; next }
        !inside { next }
        /^### / { flush(); print "[ " substr($0, 5) " ]"; next }
        /^ *- / { flush(); sub(/^ *- /, ""); text = "* " $0; next }
        /^$/ { flush(); next }
        { sub(/^ +/, ""); text = text " " $0 }
        END { flush() }' "$here/../.github/CHANGELOG.md"
}
