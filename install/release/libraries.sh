# shellcheck shell=bash
# What the command line asks of the host that runs it, by its ELF header. For make-packages.sh.
# shellcheck disable=SC2154

# needed: the libraries that it is linked with, a name a line.
needed() { readelf --dynamic --wide "$programs/evenkeel" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p'; }

# least PREFIX: the newest version that it asks of a library, by its version symbols.
least() {
    readelf --version-info --wide "$programs/evenkeel" | grep -o "${1}_[0-9][0-9.]*" | sed "s/^${1}_//" | sort -uV | tail -n 1
}

# The release of GCC that brought a version of its C++ library.
least_gcc() {
    case $(least GLIBCXX) in
    3.4.3[3-9]) echo 13.2 ;;
    3.4.3[12]) echo 13.1 ;;
    3.4.30) echo 12 ;;
    3.4.29) echo 11 ;;
    *) echo 5.2 ;;
    esac
}

# debian_depends: the packages of Debian's that these libraries are in.
debian_depends() {
    local library
    needed | while IFS= read -r library; do
        case $library in
        libc.so.6 | libm.so.6 | ld-linux-*) echo "libc6 (>= $(least GLIBC))" ;;
        libgcc_s.so.1) echo libgcc-s1 ;;
        libmnl.so.0) echo libmnl0 ;;
        libstdc++.so.6) echo "libstdc++6 (>= $(least_gcc))" ;;
        *)
            echo "install/make-packages.sh: evenkeel is linked with $library, which no package is known for" >&2
            return 1
            ;;
        esac
    done | sort -u | paste -sd, | sed 's/,/, /g'
}
