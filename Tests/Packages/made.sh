# shellcheck shell=bash
# Part of packages-test.sh: the packages as files.
# shellcheck disable=SC2154

make_packages() { "$repository/install/make-packages.sh" --output "$@"; }

same_bytes_twice() {
    make_packages "$packages"
    make_packages "$scratch/again"
    diff -r "$packages" "$scratch/again"
    (cd "$packages" && sha256sum --quiet --check SHA256SUMS)
    same "$(find "$packages" -type f | wc -l)" 6
}
check "the same programs make the same bytes twice" same_bytes_twice

another_time() {
    SOURCE_DATE_EPOCH=1000000000 make_packages "$scratch/again" --format deb --format tar
    contains "$(dpkg-deb -c "$scratch/again/"*.deb)" "2001-09-09"
    contains "$(tar -tvzf "$scratch/again/"*.tar.gz)" "2001-09-09"
    [[ ! -e $(echo "$scratch/again/"*.rpm) ]]
}
check "SOURCE_DATE_EPOCH is the time in the packages, and only the formats that are named are made" another_time

signed() {
    local home=$scratch/gnupg
    export GNUPGHOME=$home
    install -d -m 700 "$home"
    gpg --batch --quiet --passphrase '' --quick-generate-key 'throw-away <test@localhost>' default default never
    make_packages "$scratch/again" --format tar --sign test@localhost
    (
        cd "$scratch/again" || exit
        gpg --batch --quiet --verify SHA256SUMS.asc SHA256SUMS
        sha256sum --quiet --check --ignore-missing SHA256SUMS
        echo >>SHA256SUMS
        ! gpg --batch --quiet --verify SHA256SUMS.asc SHA256SUMS
    )
    gpgconf --kill all
}
check "a signature by a throw-away key holds, and not for other sums" signed

signed_by_minisign() {
    minisign -G -W -f -p "$scratch/key.pub" -s "$scratch/key" >/dev/null
    make_packages "$scratch/again" --format tar --sign "$scratch/key"
    minisign -V -p "$scratch/key.pub" -m "$scratch/again/SHA256SUMS"
    echo >>"$scratch/again/SHA256SUMS"
    ! minisign -V -p "$scratch/key.pub" -m "$scratch/again/SHA256SUMS"
}
if command -v minisign >/dev/null; then
    check "so does minisign's" signed_by_minisign
else
    skip "so does minisign's" "needs minisign"
fi

lintian_agrees() { lintian --allow-root --fail-on error,warning "$packages/"*.deb; }
if command -v lintian >/dev/null; then
    check "lintian finds no error and no warning" lintian_agrees
else
    skip "lintian finds no error and no warning" "needs lintian"
fi

bill_of_materials() {
    local bill version sum
    bill=$(echo "$packages/"*.spdx.json)
    version=$(sed -n 's/.*let version = "\(.*\)"$/\1/p' "$repository/Sources/LinuxSystem/Product.swift")
    same "$(jq -r '.spdxVersion, .packages[0].versionInfo' "$bill")" "SPDX-2.3"$'\n'"$version"
    same "$(jq -r '[.packages[].name] | join(" ")' "$bill")" \
        "evenkeel libmnl libnftnl musl libgcc swift swift-argument-parser"
    # No relationship leads to nothing.
    same "$(jq -r '([.SPDXID] + [.packages[], .files[] | .SPDXID]) as $known
        | .relationships[] | .spdxElementId, .relatedSpdxElement | select(IN($known[]) | not)' "$bill")" ""
    sum=$(tar -xOzf "$packages/"*.tar.gz --wildcards '*/programs/evenkeel-cni' | sha256sum | cut -d' ' -f1)
    same "$(jq -r '.files[] | select(.fileName == "./evenkeel-cni") | .checksums[1].checksumValue' "$bill")" "$sum"
}
check "the bill of materials names every part, and the programs' own sums" bill_of_materials

wrong_usage() {
    local script
    for script in make-packages man completions build test demo image; do
        fails_with 64 "" "$repository/install/$script.sh" --frobnicate
        contains "$("$repository/install/$script.sh" --help)" "usage: "
    done
    fails_with 64 "not 'zip'" make_packages "$scratch/none" --format zip
    fails_with 64 "takes a value" make_packages
}
check "wrong usage is status 64, of every script" wrong_usage

pages() {
    local page key folder=$scratch/pages
    "$repository/install/man.sh" "$folder"
    for page in "$folder"/man?/*; do same "$(man --warnings -l "$page" 2>&1 >/dev/null)" ""; done
    ! command -v mandoc >/dev/null || same "$(mandoc -T lint -W warning "$folder"/man?/*)" ""
    # Every key of the policy, every program and every command has a page or a paragraph.
    while read -r key _; do
        grep -qF "\\fB$key\\fR" "$folder/man5/evenkeel-policy.5" || { echo "no $key" && return 1; }
    done < <("$repository/.build/dist/evenkeel" policy show)
    for page in cni hook runtime watch node doctor explain apply host policy runtime-class host-apply watch-status; do
        [[ -s $folder/man8/evenkeel-$page.8 ]]
    done
}
check "each command and program has a manual page without a warning, and each key of the policy is in one" pages

# shellcheck source=completions.sh
source "$here/completions.sh"
