# shellcheck shell=bash
# Runs functions as tests, each in a shell of its own, and prints TAP. Assertions say what they found and fail.

passed=0
failed=0
number=0

# check SENTENCE FUNCTION: what the function says is shown only if it fails.
check() {
    local said status=0
    # Not in a condition: there the shell would ignore errors inside of the function.
    set +e
    said=$(
        set -e
        "$2" 2>&1
    )
    status=$?
    set -e
    report "$status" "$1" "$said"
}

report() {
    local status=$1 sentence=$2 said=$3
    number=$((number + 1))
    if ((status == 0)); then
        passed=$((passed + 1))
        printf 'ok %d - %s\n' "$number" "$sentence"
        return
    fi
    failed=$((failed + 1))
    printf 'not ok %d - %s\n' "$number" "$sentence"
    # shellcheck disable=SC2001
    sed 's/^/# /' <<<"$said"
}

skip() {
    number=$((number + 1))
    printf 'ok %d - %s # SKIP %s\n' "$number" "$1" "$2"
}

finish() {
    printf '1..%d\n%d passed, %d failed\n' "$number" "$passed" "$failed"
    ((failed == 0))
}

same() {
    [[ $1 == "$2" ]] || {
        diff -u <(printf '%s\n' "$1") <(printf '%s\n' "$2") || true
        return 1
    }
}

contains() {
    [[ $1 == *"$2"* ]] || {
        printf 'expected to find: %s\nin: %s\n' "$2" "$1"
        return 1
    }
}

lacks() {
    [[ $1 != *"$2"* ]] || {
        printf 'did not expect: %s\nin: %s\n' "$2" "$1"
        return 1
    }
}

# fails_with STATUS TEXT COMMAND …: the exit status, and the text in what it says on stderr.
fails_with() {
    local said status=0
    said=$("${@:3}" 2>&1 >/dev/null) || status=$?
    [[ $status == "$1" ]] || {
        printf 'exit status %s, not %s: %s\n%s\n' "$status" "$1" "${*:3}" "$said"
        return 1
    }
    contains "$said" "$2"
}

# Everything about a tree that could change: names, types, modes, links, checksums, and when files were written.
tree() {
    (
        cd "$1"
        find . -type f -printf '%P %y %m %l %T@\n' -o -printf '%P %y %m %l\n' | sort
        find . -type f -exec sha256sum {} + | sort -k2
    )
}

# make_programs FOLDER [VERSION]: stands in for what install/build.sh makes.
make_programs() {
    mkdir -p "$1"
    local program
    for program in evenkeel evenkeel-hook evenkeel-runtime evenkeel-watch evenkeel-cni; do
        printf '#!/bin/sh\necho %s %s\n' "$program" "${2:-1}" >"$1/$program"
        chmod 755 "$1/$program"
    done
}
