# shellcheck shell=bash
# Debian packages of another machine or another release. Lists, state and archives are an apt's of its own below a folder; what is
# installed here, and what this machine's apt knows, stays as it is.

# debian_source: prints where this machine's own packages come from, as `MIRROR RELEASE`.
debian_source() {
    # The security archive has another layout.
    # shellcheck disable=SC2016 # apt replaces them
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Origin: Debian' | grep -v -- '-security\|-updates\|-backports' |
        sort -u | head -n 1
}

# foreign_apt FOLDER ARCHITECTURE COMMAND…: apt-get or apt-cache. FOLDER/sources.list says where packages come from.
foreign_apt() {
    local folder architecture=$2 program=$3
    mkdir -p "$1"/{lists/partial,cache/archives/partial}
    folder=$(realpath "$1")
    : >"$folder/status"
    "$program" -qq -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o APT::Sandbox::User=root \
        -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State=$folder" \
        -o "Dir::State::Lists=$folder/lists" -o "Dir::State::status=$folder/status" -o "Dir::Cache=$folder/cache" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false \
        -o Debug::NoLocking=1 "${@:4}" </dev/null
}

# foreign_lists FOLDER ARCHITECTURE SOURCE: fetches the lists of a line of sources.list, unless they are there.
foreign_lists() {
    mkdir -p "$1"
    [[ ! -e $1/fetched || $(cat "$1/sources.list") != "$3" ]] || return 0
    rm -f "$1/fetched"
    echo "$3" >"$1/sources.list"
    foreign_apt "$1" "$2" apt-get update >"$1/update.log" 2>&1 || { cat "$1/update.log" >&2 && return 1; }
    touch "$1/fetched"
}
