# shellcheck shell=bash
# What the command line asks of the host that runs it, by its ELF header. For make-packages.sh.
# shellcheck disable=SC2154

# needed: the libraries that it is linked with, a name a line.
needed() { readelf --dynamic --wide "$programs/evenkeel" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p'; }

# least PREFIX: the newest version that it asks of a library, by its version symbols.
least() {
    readelf --version-info --wide "$programs/evenkeel" | grep -o "${1}_[0-9][0-9.]*" | sed "s/^${1}_//" | sort -uV | tail -n 1
}

# debian_depends: the packages of Debian's that these libraries are in.
debian_depends() {
    local library
    needed | while IFS= read -r library; do
        case $library in
        libc.so.6 | libm.so.6 | ld-linux-*) echo "libc6 (>= $(least GLIBC))" ;;
        libgcc_s.so.1) echo libgcc-s1 ;;
        *)
            echo "install/make-packages.sh: evenkeel is linked with $library, which no package is known for" >&2
            return 1
            ;;
        esac
    done | sort -u | paste -sd, | sed 's/,/, /g'
}
