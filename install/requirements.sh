# shellcheck shell=bash
# What a build needs; checked before anything is compiled.

# What Package.swift and its flags need: 6.2 knows neither the warning group EmbeddedRestrictions nor all of the optimiser's options.
least_swift=6.3

# A Debian package, and a program, a header or an archive that shows whether it is installed.
build_requirements=(
    "binutils strip"
    "g++ g++"
    "g++ libstdc++.a"
    "git git"
    "libmnl-dev libmnl/libmnl.h"
    "libnftnl-dev libnftnl/expr.h"
    "libnftnl-dev libnftnl.a"
    "musl-dev $(uname -m)-linux-musl/stdio.h"
    "musl-dev $(uname -m)-linux-musl/libc.a"
)

# All these packages, for scripts that install them.
# shellcheck disable=SC2034
mapfile -t build_packages < <(printf '%s\n' "${build_requirements[@]% *}" | sort -u)

is_there() { # PROGRAM, HEADER or ARCHIVE
    case $1 in
    *.h) [[ -e /usr/include/$1 ]] ;;
    */*.a) [[ -e /usr/lib/$1 ]] ;;
    # If the compiler finds nothing, it prints only the name.
    *.a | *.so) [[ $(g++ -print-file-name="$1" 2>/dev/null) == */* ]] ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# Says what is missing, and fails if something is.
check_swift() {
    local said version advice
    advice="install Swift $least_swift or later from https://www.swift.org/install/linux, and put its usr/bin on PATH"
    if ! command -v swift >/dev/null; then
        echo "$0: there is no program swift on PATH: $advice" >&2
        return 1
    fi
    if ! said=$(swift --version 2>&1) || [[ ! $said =~ [Ss]wift\ version\ ([0-9]+(\.[0-9]+)*) ]]; then
        printf '%s: %s does not say its version:\n%s\n%s\n' "$0" "$(command -v swift)" "$said" \
            "if it lacks libraries, install what https://www.swift.org/install/linux lists for this system" >&2
        return 1
    fi
    version=${BASH_REMATCH[1]}
    [[ $(printf '%s\n' "$least_swift" "$version" | sort -V | head -n 1) == "$least_swift" ]] && return
    echo "$0: $(command -v swift) is Swift $version, which is too old: $advice" >&2
    return 1
}

check_packages() {
    local requirement missing=() packages
    for requirement in "${build_requirements[@]}"; do
        is_there "${requirement#* }" || missing+=("$requirement")
    done
    ((${#missing[@]} > 0)) || return 0
    packages=$(printf '%s\n' "${missing[@]% *}" | sort -u | xargs)
    printf '%s: a build needs these, which are missing: %s\nOn Debian: sudo apt-get install %s\n' "$0" \
        "$(printf '%s\n' "${missing[@]#* }" | paste -sd, | sed 's/,/, /g')" "$packages" >&2
    return 1
}

# Reports both before it fails.
check_requirements() {
    local status=0
    check_swift || status=1
    check_packages || status=1
    return "$status"
}

# The same bytes in whatever folder: paths begin at this one. What only debuggers read still differs, and so would a build id made of it.
# shellcheck disable=SC2034
whatever_folder=(
    -Xswiftc -file-prefix-map -Xswiftc "$(pwd -P)=." -Xcc "-ffile-prefix-map=$(pwd -P)=." -Xlinker --build-id=none
)
