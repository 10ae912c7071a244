# shellcheck shell=bash
# The emulated machines: their kernels, their files, how they boot. Sourced by kernels.sh, which sets some of these variables and reads the
# others.
# shellcheck disable=SC2154,SC2034

# describe_machine ARCH
describe_machine() {
    case $1 in
    x86_64)
        architecture=amd64 emulator_package=qemu-system-x86 console=ttyS0
        emulator=(qemu-system-x86_64 -accel "tcg,thread=multi" -machine q35 -cpu max)
        default_programs=.build/dist builder=install/build.sh
        default_versions=(5.10 6.1 6.12 newest 6.1-bare)
        ;;
    aarch64)
        architecture=arm64 emulator_package=qemu-system-arm console=ttyAMA0
        # One that knows pages of 4, 16 and 64 KB.
        emulator=(qemu-system-aarch64 -accel "tcg,thread=multi" -machine virt -cpu neoverse-n1)
        default_programs=.build/dist-arm64 builder=install/cross-build.sh
        default_versions=(5.10 6.1 6.12 6.12-16k newest newest-16k 6.1-bare)
        ;;
    *) return 1 ;;
    esac
}

# Of this release are the tools in the machine, whatever its kernel.
tools_suite=bookworm
tools=(bash coreutils dash findutils grep iproute2 iputils-ping jq kmod mawk mount nftables procps sed socat util-linux)

# suite_of VERSION: prints its release and the package of its kernel.
suite_of() {
    local flavour=$architecture
    [[ $1 != *-16k* ]] || flavour+=-16k
    case ${1%%-*} in
    5.4) echo "focal linux-image-5.4.0-26-generic linux-modules-5.4.0-26-generic" ;;
    5.10) echo "bullseye linux-image-$flavour" ;;
    6.1) echo "bookworm linux-image-$flavour" ;;
    6.12) echo "trixie linux-image-$flavour" ;;
    newest) echo "sid linux-image-$flavour" ;;
    *) return 1 ;;
    esac
}

# lists SUITE: its package lists, in a folder whose name is printed.
lists() {
    local folder=$kept/lists-$1 source="deb $mirror $1 main" keys
    if [[ $1 == focal ]]; then
        [[ -n $ubuntu ]] || { echo "$1 is Ubuntu's: name a mirror with --ubuntu" >&2 && return 1; }
        keys=$(ubuntu_keys) || return
        source="deb [signed-by=$keys] $ubuntu $1 main"
    fi
    foreign_lists "$folder" "$architecture" "$source" || return
    echo "$folder"
}

# ubuntu_keys: prints the file of Ubuntu's keys, which Debian has in a package.
ubuntu_keys() {
    local folder
    [[ -d $kept/keys ]] || {
        folder=$(lists sid) || return
        unpack_foreign "$folder" "$kept/keys" ubuntu-keyring || return
    }
    find "$kept/keys" -name ubuntu-archive-keyring.gpg | head -n 1
}

# unpack_foreign LISTS FOLDER PACKAGE…: the files of these packages alone.
unpack_foreign() {
    local new=$2.new archive part
    rm -rf "$new" "$2.archives"
    mkdir -p "$new/usr/"{bin,sbin,lib,lib64} "$2.archives"
    for part in bin sbin lib lib64; do ln -s "usr/$part" "$new/$part"; done
    (cd "$2.archives" && foreign_apt "$1" "$architecture" apt-get download "${@:3}" >/dev/null) || return
    for archive in "$2.archives"/*.deb; do
        # Where a package still has files in /lib, that stays a link.
        dpkg-deb --fsys-tarfile "$archive" | tar -x --keep-directory-symlink -C "$new" || return
    done
    rm -rf "$2" "$2.archives"
    mv "$new" "$2"
}

# closure LISTS PACKAGE…: these packages and all that they depend on.
closure() {
    foreign_apt "$1" "$architecture" apt-get install --no-install-recommends --simulate "${@:2}" |
        sed -n 's/^Inst \(\S*\) .*/\1/p'
}

pack() { (cd "$1" && find . -print0 | cpio --null --quiet --create --format=newc --owner=0:0); }

# make_userland: the tools, as an archive that every machine gets.
make_userland() {
    local folder names
    [[ ! -e $kept/userland.cpio || $(cat "$kept/userland.names") != "${tools[*]}" ]] || return 0
    folder=$(lists "$tools_suite") || return
    mapfile -t names < <(closure "$folder" "${tools[@]}")
    unpack_foreign "$folder" "$kept/userland" "${names[@]}" || return
    (
        cd "$kept/userland" || exit
        rm -rf usr/share/{doc,man,locale,info,bash-completion,lintian} usr/lib/*/{gconv,perl*}
        mkdir -p proc sys dev run tmp etc/evenkeel root var
        ln -sf mawk usr/bin/awk
        echo 'root:x:0:0:root:/root:/bin/bash' >etc/passwd
        echo 'root:x:0:' >etc/group
    )
    pack "$kept/userland" >"$kept/userland.cpio.new"
    rm -rf "$kept/userland"
    echo "${tools[*]}" >"$kept/userland.names"
    mv "$kept/userland.cpio.new" "$kept/userland.cpio"
}

# kernel_folder VERSION: prints where its packages are unpacked.
kernel_folder() {
    local version=${1%-bare} suite packages folder names
    if [[ ! -d $kept/$version ]]; then
        read -r suite packages < <(suite_of "$version") || { echo "there is no kernel '$version'" >&2 && return 1; }
        folder=$(lists "$suite") || return
        # shellcheck disable=SC2086 # they are words
        mapfile -t names < <(closure "$folder" $packages | grep -E '^linux-(image|binary|modules)-[0-9]')
        ((${#names[@]} > 0)) || { echo "there is no kernel '$version' for $arch" >&2 && return 1; }
        unpack_foreign "$folder" "$kept/$version" "${names[@]}" >&2 || return
    fi
    echo "$kept/$version"
}

# In /boot, or with the modules since Linux 7.
kernel_image() { find "$1" -name 'vmlinuz*' -type f | head -n 1; }

# make_initramfs VERSION FILE
make_initramfs() {
    local folder release root=$scratch/root part
    folder=$(kernel_folder "$1") || return
    release=$(find "$folder/usr/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n' | head -n 1)
    rm -rf "$root"
    mkdir -p "$root/usr/lib/modules/$release/kernel" "$root/tests"
    for part in net lib crypto arch drivers/net/{veth,dummy}; do
        (cd "$folder/usr/lib/modules/$release/kernel" && find "$part"* -name '*.ko*' -print0 2>/dev/null |
            cpio --null --quiet -pdm "$root/usr/lib/modules/$release/kernel") || return
    done
    # Some packages have no lists of what is built in; depmod only says so.
    find "$folder/usr/lib/modules/$release" -maxdepth 1 \( -name 'modules.builtin*' -o -name 'modules.order' \) \
        -exec cp -t "$root/usr/lib/modules/$release" {} +
    [[ $1 != *-bare ]] || find "$root" -name 'nf_tables*.ko*' -delete
    ln -s usr/lib "$root/lib"
    depmod -b "$root" "$release" 2>/dev/null
    rm "$root/lib"
    cp -r Tests/Laboratory/packets Tests/Live/lab.sh Tests/Live/Watch/watch.sh Tests/Kernels/core.sh "$root/tests/"
    cp Tests/Kernels/init "$root/init"
    mkdir "$root/tests/programs"
    cp "$programs"/evenkeel-{cni,hook,watch} "$root/tests/programs/"
    # The kernel unpacks one archive after the other.
    { cat "$kept/userland.cpio" && pack "$root"; } >"$2"
}

# boot VERSION INITRAMFS: ends when the machine does, or is ended after $seconds.
boot() {
    local folder kernel
    folder=$(kernel_folder "$1") && kernel=$(kernel_image "$folder") || return
    exec timeout --kill-after=10 "$seconds" "${emulator[@]}" -smp 2 -m 1536 -nic none -display none -monitor none -serial stdio \
        -no-reboot -kernel "$kernel" -initrd "$2" \
        -append "console=$console loglevel=3 panic=-1 random.trust_cpu=on rdinit=/init $([[ $1 != *-bare ]] || echo bare=yes)"
}
