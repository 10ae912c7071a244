# shellcheck shell=bash
# Part of packages-test.sh: what prepares a release, on a copy of the sources.
# shellcheck disable=SC2154

copy_sources() {
    sources=$scratch/sources
    rm -rf "$sources"
    mkdir -p "$sources/Sources/LinuxSystem"
    cp "$repository/Sources/LinuxSystem/Product.swift" "$sources/Sources/LinuxSystem/"
    cp -a "$repository"/{install,hooks,.github,LICENSE,Package.swift} "$sources/"
}

next_version() {
    local check version
    copy_sources
    check=$sources/install/release/check-tag.sh
    version=$("$repository/.build/dist/evenkeel" --version)
    "$sources/install/release/set-version.sh" 7.8.9-rc.1
    same "$(cd "$sources" && diff -r install "$repository/install" | grep '^>' | grep -vF "$version")" ""
    contains "$(<"$sources/Sources/LinuxSystem/Product.swift")" 'version = "7.8.9-rc.1"'
    contains "$(<"$sources/install/kubernetes/Containerfile")" 'image.version="7.8.9-rc.1"'
    same "$(grep -rF "evenkeel:$version" "$sources/install/kubernetes")" ""
    same "$(grep '^## \[' "$sources/.github/CHANGELOG.md" | head -n 2)" \
        "## [7.8.9-rc.1] - unreleased"$'\n'"$(grep -m 1 '^## \[' "$repository/.github/CHANGELOG.md")"
    fails_with 1 'newest heading is "## [7.8.9-rc.1] - unreleased"' "$check" v7.8.9-rc.1
    sed -i 's/^## \[7.8.9-rc.1\] - unreleased/## [7.8.9-rc.1] - 2026-01-02\n\n- It floats./' "$sources/.github/CHANGELOG.md"
    "$check" v7.8.9-rc.1
    fails_with 1 "the tag is v7.8.9, the version 7.8.9-rc.1" "$check" v7.8.9
    contains "$("$sources/install/release/notes.sh")" "- It floats."
    lacks "$("$sources/install/release/notes.sh")" "## [$version]"
    # A second time changes nothing.
    "$sources/install/release/set-version.sh" 7.8.9-rc.1
    same "$(grep -c '7.8.9-rc.1' "$sources/.github/CHANGELOG.md")" 1
    sed -i 's/evenkeel:7.8.9-rc.1/evenkeel:0.0.1/' "$sources/install/kubernetes/components/edit-lists/kustomization.yaml"
    fails_with 1 "names localhost/evenkeel:0.0.1" "$check" v7.8.9-rc.1
    fails_with 64 "usage: " "$sources/install/release/set-version.sh" 7.8
}

# dpkg sorts what comes before a release before it only with a tilde.
version_before_a_release() {
    copy_sources
    "$sources/install/release/set-version.sh" 7.8.9-rc.1
    gcc -x c -o "$scratch/new" - <<C
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int count, char **arguments) {
    if (count == 2 && !strcmp(arguments[1], "--version")) return puts("7.8.9-rc.1") < 0;
    return execv("$repository/.build/dist/evenkeel", arguments);
}
C
    mkdir "$sources/programs"
    cp "$repository/.build/dist/"evenkeel-{cni,hook,runtime,watch,node} "$sources/programs/"
    "$sources/install/make-packages.sh" --programs "$sources/programs" --command-line "$scratch/new" --format deb \
        --output "$sources/packages" --maintainer 'Somebody Else <else@localhost>'
    same "$(dpkg-deb -f "$sources/packages/evenkeel_7.8.9-rc.1_"*.deb Version Maintainer)" \
        "Version: 7.8.9~rc.1"$'\n'"Maintainer: Somebody Else <else@localhost>"
    dpkg --compare-versions "7.8.9~rc.1" lt 7.8.9
}

check "a release's version is written everywhere at once, and a tag is refused that is not ready" next_version
check "a version before a release has a name that sorts so, and --maintainer says who answers for it" version_before_a_release
