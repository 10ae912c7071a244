# shellcheck shell=bash
# Part of packages-test.sh: the packages as files.
# shellcheck disable=SC2154

make_packages() { "$repository/install/make-packages.sh" --output "$@"; }

same_bytes_twice() {
    make_packages "$packages"
    make_packages "$scratch/again"
    diff -r "$packages" "$scratch/again"
    (cd "$packages" && sha256sum --quiet --check SHA256SUMS)
    same "$(find "$packages" -type f | wc -l)" 8
    # What is passed on can be checked without this folder.
    same "$(cut -c67- "$packages/SHA256SUMS" | sort)" "$(cd "$packages" && printf '%s\n' * | grep -v SHA256SUMS | sort)"
}
check "the same programs make the same bytes twice" same_bytes_twice

another_time() {
    SOURCE_DATE_EPOCH=1000000000 make_packages "$scratch/again" --format deb --format tar
    contains "$(dpkg-deb -c "$scratch/again/"*.deb)" "2001-09-09"
    contains "$(tar -tvzf "$scratch/again/"*.tar.gz)" "2001-09-09"
    [[ ! -e $(echo "$scratch/again/"*.rpm) ]]
}
check "SOURCE_DATE_EPOCH is the time in the packages, and only the formats that are named are made" another_time

rpmlint_agrees() { contains "$(rpmlint --config "$here/rpmlint.toml" "$packages/"*.rpm)" " 0 errors, 0 warnings"; }
if command -v rpmlint >/dev/null; then
    check "rpmlint finds no error and no warning" rpmlint_agrees
else
    skip "rpmlint finds no error and no warning" "needs rpmlint"
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
        "evenkeel libnftnl musl libgcc libstdc++ swift swift-argument-parser"
    # No relationship leads to nothing.
    same "$(jq -r '([.SPDXID] + [.packages[], .files[] | .SPDXID]) as $known
        | .relationships[] | .spdxElementId, .relatedSpdxElement | select(IN($known[]) | not)' "$bill")" ""
    sum=$(tar -xOzf "$packages/"*-linux-*.tar.gz --wildcards '*/programs/evenkeel-cni' | sha256sum | cut -d' ' -f1)
    same "$(jq -r '.files[] | select(.fileName == "./evenkeel-cni") | .checksums[1].checksumValue' "$bill")" "$sum"
}
check "the bill of materials names every part, and the programs' own sums" bill_of_materials

# By the tools of SPDX, which PyPI's spdx-tools has.
bill_is_valid() { pyspdxtools --infile "$(echo "$packages/"*.spdx.json)"; }
if command -v pyspdxtools >/dev/null; then
    check "the bill of materials is valid SPDX" bill_is_valid
else
    skip "the bill of materials is valid SPDX" "needs pyspdxtools"
fi

# The units as they are in the package, with the programs beside them.
units_verify() {
    local root=$scratch/units target
    dpkg-deb -x "$packages/"*.deb "$root"
    mkdir -p "$root/bin"
    printf '#!/bin/sh\n' >"$root/bin/kill" && chmod 755 "$root/bin/kill"
    for target in sysinit basic shutdown; do printf '[Unit]\n' >"$root/usr/lib/systemd/system/$target.target"; done
    same "$(systemd-analyze verify --root="$root" /usr/lib/systemd/system/evenkeel-{host,watch}.service 2>&1)" ""
}
if command -v systemd-analyze >/dev/null; then
    check "systemd-analyze verifies the package's units" units_verify
else
    skip "systemd-analyze verifies the package's units" "needs systemd-analyze"
fi

image_and_manifests() {
    local version folder=$scratch/kubernetes
    version=$("$repository/.build/dist/evenkeel" --version)
    same "$(tar -xOf "$packages/"evenkeel-image-*.tar ./index.json | jq -r '.manifests[0] | .platform.architecture, .annotations[]' | sort -u)" \
        "$(dpkg --print-architecture)"$'\n'"localhost/evenkeel:$version"
    mkdir "$folder"
    tar -xzf "$packages/"evenkeel-kubernetes-*.tar.gz -C "$folder"
    # Each file that a manifest names is there.
    diff -r "$folder"/*/overlays "$repository/install/kubernetes/overlays"
    diff -r "$folder"/*/components "$repository/install/kubernetes/components"
    diff -r "$folder"/*/base "$repository/install/kubernetes/base"
    grep -rqF "localhost/evenkeel:$version" "$folder" || grep -rqF "newTag: $version" "$folder"
}
check "the image says what it is, and the manifests run it" image_and_manifests

wrong_usage() {
    local script
    for script in make-packages man completions build cross-build test demo image bench install uninstall release/sums release/host \
        kubernetes/validate; do
        fails_with 64 "" "$repository/install/$script.sh" --frobnicate
        contains "$("$repository/install/$script.sh" --help)" "usage: "
    done
    fails_with 64 "not 'zip'" make_packages "$scratch/none" --format zip
    fails_with 64 "takes a value" make_packages
    fails_with 64 "NAME <ADDRESS>" make_packages "$scratch/none" --maintainer nobody
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

for part in signed arm64 release completions; do
    # shellcheck source=/dev/null
    source "$here/$part.sh"
done
