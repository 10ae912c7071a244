#!/usr/bin/env bash
# Writes SHA256SUMS of all that is to be passed on, and signs it.
set -euo pipefail
export LC_ALL=C

usage() {
    cat <<'TEXT'
usage: install/release/sums.sh [--sign KEY] DIR

Writes DIR/SHA256SUMS, of all files in DIR, in place of a former one and its signatures.

  --sign KEY   sign it: by gpg with this key (an id or address), by minisign if KEY is a file, its secret key. If KEY is -, the
               secret key is on standard input, of gpg (armoured) or of minisign, and nothing of it stays
  -h, --help   this text

Makes SHA256SUMS.asc (gpg) or SHA256SUMS.minisig. A key that asks for a password asks at the terminal. Exit status: 0 done, 1 failed,
64 wrong usage.
TEXT
}

fail() {
    echo "install/release/sums.sh: $1" >&2
    exit "${2:-1}"
}

key='' folder=''
while (($#)); do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --sign=*) set -- --sign "${1#*=}" "${@:2}" && continue ;;
    --sign)
        [[ -n ${2:-} ]] || fail "$1 takes a value" 64
        key=$2
        shift
        ;;
    -*) fail "unknown option '$1'; --help lists them" 64 ;;
    *)
        [[ -z $folder ]] || fail "one folder is enough" 64
        folder=$1
        ;;
    esac
    shift
done
[[ -n $folder ]] || fail "name a folder; --help tells more" 64
[[ -d $folder ]] || fail "there is no folder $folder"

secret=
# gpg's agent would outlive its folder.
forget_secret() {
    [[ -z ${GNUPGHOME:-} ]] || gpgconf --kill all 2>/dev/null || :
    rm -rf -- "$secret"
}

# The key on standard input, in a folder that goes with this run.
take_key() {
    secret=$(mktemp -d)
    trap forget_secret EXIT
    (umask 077 && cat >"$secret/key")
    if ! grep -q '^-----BEGIN PGP PRIVATE KEY BLOCK-----' "$secret/key"; then
        [[ -s $secret/key ]] || fail "there is no key on standard input"
        key=$secret/key
        return
    fi
    export GNUPGHOME=$secret/gnupg
    mkdir -m 700 "$GNUPGHOME"
    gpg --batch --quiet --import "$secret/key" || fail "gpg does not take the key on standard input"
    key=$(gpg --batch --list-secret-keys --with-colons | awk -F: '$1 == "fpr" { print $10; exit }')
}

sign() {
    local program=gpg
    [[ ! -f $key ]] || program=minisign
    command -v $program >/dev/null || fail "there is no program $program; install it"
    if [[ $program == minisign ]]; then
        minisign -S -s "$key" -m SHA256SUMS -x SHA256SUMS.minisig >/dev/null || fail "minisign did not sign"
    else
        gpg --batch --yes --armor --detach-sign --local-user "$key" --output SHA256SUMS.asc SHA256SUMS || fail "gpg did not sign"
    fi
}

# The sums are named relative to the folder; a key may be named relative to where this runs.
[[ ! -f $key ]] || key=$(realpath -- "$key")
[[ $key != - ]] || take_key
cd "$folder"
rm -f SHA256SUMS SHA256SUMS.asc SHA256SUMS.minisig
mapfile -t files < <(find . -maxdepth 1 -type f -printf '%P\n' | sort)
((${#files[@]} > 0)) || fail "$folder is empty"
sha256sum -- "${files[@]}" >SHA256SUMS
[[ -z $key ]] || sign
