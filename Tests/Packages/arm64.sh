# shellcheck shell=bash
# Part of packages-test.sh: packages for another machine than this one. Where install/cross-build.sh has built the static programs, they
# are in them. The command line, which such a machine has to build, is a program that does nothing.
# shellcheck disable=SC2154

# stand_in FILE [OPTION…]
stand_in() { echo 'int main(void) { return 0; }' | aarch64-linux-gnu-gcc -x c "${@:2}" -o "$1" -; }

make_foreign_programs() { # FOLDER
    local program
    mkdir "$1"
    for program in evenkeel-{cni,hook,runtime,watch,node}; do
        cp "$repository/.build/dist-arm64/$program" "$1/" 2>/dev/null || stand_in "$1/$program" -static
    done
    stand_in "$scratch/evenkeel.arm64"
}

one_machine() {
    local programs=$scratch/programs.arm64
    make_foreign_programs "$programs"
    fails_with 1 "no program evenkeel in $programs: build it on such a machine, and name it with --command-line" \
        make_packages "$scratch/none" --programs "$programs"
    fails_with 1 "evenkeel is for amd64, evenkeel-cni for arm64: name one for arm64 with --command-line" \
        make_packages "$scratch/none" --programs "$programs" --command-line "$repository/.build/dist/evenkeel"
    fails_with 1 "evenkeel is for arm64, evenkeel-cni for amd64" \
        make_packages "$scratch/none" --command-line "$scratch/evenkeel.arm64"
    fails_with 1 "no program evenkeel for this machine in $programs" make_packages "$scratch/none" --programs "$programs" \
        --command-line "$scratch/evenkeel.arm64" --pages-by "$programs"
    [[ ! -e $scratch/none ]]
}

# A package of programs that are older than the sources would have their version, and other pages.
another_version() {
    printf '#include <stdio.h>\nint main(void) { puts("0.0.1"); }\n' | gcc -x c -o "$scratch/old" -
    fails_with 1 "evenkeel says that it is version 0.0.1" make_packages "$scratch/none" --command-line "$scratch/old"
}

# names_and_modes LISTING: those of dpkg-deb -c and tar -tv; the rest differs.
names_and_modes() { awk '{ print $1, $2, $6 }' | sed "s/${1:-arm64}/ARCH/g"; }

foreign_packages() {
    local made=$scratch/arm64 version root=$scratch/foreign
    version=$("$repository/.build/dist/evenkeel" --version)
    make_packages "$made" --programs "$scratch/programs.arm64" --command-line "$scratch/evenkeel.arm64"
    (cd "$made" && sha256sum --quiet --check SHA256SUMS)
    same "$(cd "$made" && printf '%s\n' evenkeel*)" "$(printf "evenkeel%s\n" "-$version-1.aarch64.rpm" "-$version-arm64.spdx.json" \
        "-$version-linux-arm64.tar.gz" "-image-$version-arm64.tar" "-kubernetes-$version.tar.gz" "_${version}_arm64.deb")"
    # They have what those for this machine have, and each program is for the other one.
    same "$(dpkg-deb -c "$made/"*.deb | names_and_modes)" "$(dpkg-deb -c "$packages/"*.deb | names_and_modes amd64)"
    same "$(rpm -qp --queryformat '[%{FILENAMES} %{FILEMODES:octal}\n]' "$made/"*.rpm)" \
        "$(rpm -qp --queryformat '[%{FILENAMES} %{FILEMODES:octal}\n]' "$packages/"*.rpm)"
    same "$(tar -tvzf "$made/"*linux*.tar.gz | names_and_modes)" "$(tar -tvzf "$packages/"*linux*.tar.gz | names_and_modes amd64)"
    cmp "$made/evenkeel-kubernetes-$version.tar.gz" "$packages/evenkeel-kubernetes-$version.tar.gz"
    dpkg-deb -x "$made/"*.deb "$root"
    for program in bin/evenkeel libexec/evenkeel/evenkeel-{hook,runtime,crun,watch} lib/evenkeel/cni/evenkeel; do
        contains "$(readelf -h "$root/usr/$program")" AArch64
    done
    same "$(dpkg-deb -f "$made/"*.deb Architecture)" arm64
    contains "$(dpkg-deb -f "$made/"*.deb Depends)" "libc6 (>= 2."
    same "$(rpm -qp --queryformat '%{ARCH}' "$made/"*.rpm)" aarch64
    contains "$(rpm -qp --requires "$made/"*.rpm)" "libc.so.6()(64bit)"
    same "$(tar -xOf "$made/"*image*.tar ./index.json | jq -r '.manifests[0].platform.architecture')" arm64
    same "$(jq -r .name "$made/"*.spdx.json)" "evenkeel-$version-arm64"
}

# By the package managers themselves, below an empty root.
foreign_packages_are_refused() {
    local root=$scratch/empty
    mkdir -p "$root/var/lib/dpkg/"{info,updates}
    touch "$root/var/lib/dpkg/"{status,available}
    fails_with 1 "package architecture (arm64) does not match system (amd64)" \
        dpkg --root="$root" --no-act -i "$scratch/arm64/"*.deb
    fails_with 1 "is intended for a different architecture" rpm --root "$root" --nodeps --test -i "$scratch/arm64/"*.rpm
}

check "programs of another version make no package" another_version
if [[ $(uname -m) == x86_64 ]] && command -v aarch64-linux-gnu-gcc >/dev/null; then
    check "programs for two machines, or without the command line, make no package" one_machine
    check "packages for arm64 have the same files, and say which machine they are for" foreign_packages
    check "dpkg and rpm of this machine refuse them" foreign_packages_are_refused
else
    skip "packages for arm64 have the same files, and say which machine they are for" "needs x86_64 and aarch64-linux-gnu-gcc"
fi
