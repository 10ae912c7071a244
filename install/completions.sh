#!/usr/bin/env bash
# Writes what bash, zsh and fish complete `evenkeel` by, into the folders below share where they look for it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'EOF'
usage: install/completions.sh [--programs DIR] OUTPUT-DIR

Writes OUTPUT-DIR/bash-completion/completions/evenkeel, OUTPUT-DIR/zsh/site-functions/_evenkeel and
OUTPUT-DIR/fish/vendor_completions.d/evenkeel.fish. Findings are in them; for containers and networks they ask evenkeel,
while somebody types. Exit status: 0 done, 1 failed, 64 wrong usage.

  --programs DIR   the folder that install/build.sh filled (default .build/dist)
  --help           this text
EOF
}

programs=$here/../.build/dist
case ${1:-} in
-h | --help) usage && exit 0 ;;
--programs)
    programs=${2:-}
    shift $(($# < 2 ? $# : 2))
    ;;
esac
[[ $# == 1 && $1 != -* ]] || {
    usage >&2
    exit 64
}

# script SHELL FILE
script() {
    mkdir -p "${2%/*}"
    # A shell reads it, nobody runs it.
    "$programs/evenkeel" --generate-completion-script "$1" | sed '1{/^#!/d}' >"$2"
    chmod 644 "$2"
}

umask 022
script bash "$1/bash-completion/completions/evenkeel"
script zsh "$1/zsh/site-functions/_evenkeel"
script fish "$1/fish/vendor_completions.d/evenkeel.fish"
