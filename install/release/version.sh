# shellcheck shell=bash
# What a release is called, who makes it and where it lives, and when it was made. For the scripts that make something to pass on;
# $here is install/.
# shellcheck disable=SC2034,SC2154

# The one place for both. Whoever makes packages of their own names themselves with make-packages.sh --maintainer.
release_maintainer="Evenkeel's maintainers <maintainers@evenkeel.dev>"
release_homepage=https://evenkeel.dev

release_version() { sed -n 's/.*let version = "\(.*\)"$/\1/p' "$here/../Sources/LinuxSystem/Product.swift"; }

# Seconds since 1970: SOURCE_DATE_EPOCH, else the commit's, else the changelog's.
release_time() {
    local time=${SOURCE_DATE_EPOCH:-}
    [[ -n $time ]] || time=$(git -C "$here" log -1 --format=%ct 2>/dev/null) || time=$(stat -c %Y "$here/../.github/CHANGELOG.md")
    [[ $time =~ ^[0-9]+$ ]] || {
        echo "${0##*/}: SOURCE_DATE_EPOCH is a number of seconds, not '$time'" >&2
        return 1
    }
    printf '%s\n' "$time"
}
