# shellcheck shell=bash
# Part of packages-test.sh: sums and signatures, by keys that are thrown away.
# shellcheck disable=SC2154

sums() { "$repository/install/release/sums.sh" "$@"; }

# A folder with something to sign, which is quicker than packages.
files_to_sign() {
    rm -rf "$scratch/release"
    mkdir "$scratch/release"
    echo one >"$scratch/release/one"
    echo "a key and more" >"$scratch/release/NOTICES"
}

make_gpg_key() {
    export GNUPGHOME=$scratch/gnupg
    [[ -d $GNUPGHOME ]] || {
        install -d -m 700 "$GNUPGHOME"
        gpg --batch --quiet --passphrase '' --quick-generate-key 'throw-away <test@localhost>' default default never
    }
}

gpg_holds() {
    (
        cd "$1" || exit
        gpg --batch --quiet --verify SHA256SUMS.asc SHA256SUMS
        sha256sum --quiet --check --ignore-missing SHA256SUMS
        echo >>SHA256SUMS
        fails_with 1 "BAD signature" gpg --batch --verify SHA256SUMS.asc SHA256SUMS
    )
}

signed() {
    make_gpg_key
    make_packages "$scratch/again" --format tar --sign test@localhost
    gpg_holds "$scratch/again"
    # The key alone, as a workflow has it in a secret; the caller's keys are not asked.
    files_to_sign
    gpg --batch --armor --export-secret-keys test@localhost | GNUPGHOME=$scratch/none sums --sign - "$scratch/release"
    gpg_holds "$scratch/release"
    fails_with 1 "there is no key" sums --sign - "$scratch/release" </dev/null
    fails_with 1 "gpg did not sign" sums --sign nobody@localhost "$scratch/release"
    gpgconf --kill all
}
check "a signature by a throw-away key of gpg holds, and not for other sums" signed

signed_by_minisign() {
    local folder=$scratch/release
    minisign -G -W -f -p "$scratch/key.pub" -s "$scratch/key" >/dev/null
    make_packages "$scratch/again" --format tar --sign "$scratch/key"
    minisign -V -p "$scratch/key.pub" -m "$scratch/again/SHA256SUMS"
    files_to_sign
    sums --sign - "$folder" <"$scratch/key"
    minisign -V -p "$scratch/key.pub" -m "$folder/SHA256SUMS"
    echo >>"$folder/SHA256SUMS"
    fails_with 1 "ignature verification failed" minisign -V -p "$scratch/key.pub" -m "$folder/SHA256SUMS"
    # A signature of former sums does not stay beside new ones.
    sums "$folder"
    same "$(cd "$folder" && echo *)" "NOTICES SHA256SUMS one"
    contains "$(cd "$folder" && sha256sum --check SHA256SUMS)" "one: OK"
}
if command -v minisign >/dev/null; then
    check "so does minisign's" signed_by_minisign
else
    skip "so does minisign's" "needs minisign"
fi
