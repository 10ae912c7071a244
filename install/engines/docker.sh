# shellcheck shell=bash
# Docker's custom runtime: adds and removes the entry runtimes.evenkeel of daemon.json without changing the rest.
# Edits the text if possible, so that the file keeps its layout; jq checks that the result means the right thing.
# shellcheck disable=SC2154

daemon_json=/etc/docker/daemon.json
# What install.sh does with the entry: add, unchanged, or nothing.
docker_verdict=
# What install.sh created for the entry, for the manifest: file, runtimes (the object), or only evenkeel.
docker_made=

runtime_path() { printf '%s/libexec/evenkeel/evenkeel-runtime\n' "$prefix"; }

# Prints the whole of a file; in $(…), the dot keeps the line ends.
whole() { cat -- "$1" && printf .; }

means_the_same() { [[ $(jq -S . <<<"$1" 2>/dev/null) == "$(jq -S . <<<"$2")" ]]; }

# The white space of one level of indentation.
indent_of() { if [[ $1 =~ $'\n'([[:blank:]]+)\" ]]; then printf '%s' "${BASH_REMATCH[1]}"; else printf '  '; fi; }

# member INDENT LEVEL: the text of the entry (level 2), or of the object runtimes with it (level 1).
member() {
    local entry
    printf -v entry '"evenkeel": {\n%s"path": "%s"\n%s}' "$1$1$1" "$(runtime_path)" "$1$1"
    if (($2 == 2)); then
        printf '%s%s%s' "$1$1" "$entry" .
    else
        printf '%s"runtimes": {\n%s%s\n%s}%s' "$1" "$1$1" "$entry" "$1" .
    fi
}

# Prints the reason why the file cannot be changed, if any.
file_obstacle() {
    if [[ -L $1 ]]; then
        echo "it is a link"
    elif [[ -e $1 && ! -f $1 ]]; then
        echo "it is no file"
    elif [[ -f $1 ]] && ! command -v jq >/dev/null; then
        echo "that needs jq"
    elif [[ -f $1 ]]; then
        jq -rs --arg path "$(runtime_path)" '
            if length != 1 or (.[0] | type) != "object" then "it is not a JSON object"
            elif .[0] | has("runtimes") and (.runtimes | type) != "object" then "its runtimes is not an object"
            elif .[0] | (.runtimes // {} | has("evenkeel")) and .runtimes.evenkeel != {path: $path}
            then "its runtimes.evenkeel is something else already"
            else empty end' "$1" 2>/dev/null || echo "it is not JSON"
    fi
}

# Prints the reason why a running dockerd does not use the file, if any.
daemon_obstacle() {
    local user process other
    [[ -z $destdir ]] || return 0
    while read -r user process; do
        # A rootless daemon reads its user's file.
        [[ $user == 0 ]] || continue
        other=$(tr '\0' '\n' <"$process/cmdline" | sed -n 's/^--\?config-file=//p; /^--\?config-file$/{n;p}')
        [[ -z $other || $other == "$daemon_json" ]] || printf 'dockerd reads %q instead\n' "$other"
    done < <(processes dockerd)
}

# pretty INDENT: reformats a text with jq, as a last resort.
pretty() {
    if [[ $1 == $'\t'* ]]; then jq --tab .; else jq --indent "$((${#1} > 7 ? 7 : ${#1}))" .; fi
}

# with_runtime FILE: prints the file's text with the entry in it.
with_runtime() {
    local text opening='\{' level=1 indent new before after
    text=$(whole "$1") && text=${text%.}
    indent=$(indent_of "$text")
    if jq -e 'has("runtimes")' "$1" >/dev/null; then
        opening='"runtimes"[[:space:]]*:[[:space:]]*\{' level=2
    fi
    [[ $text =~ $opening ]] || return 0
    before=${text%%"${BASH_REMATCH[0]}"*}${BASH_REMATCH[0]}
    after=${text#"$before"}
    new=$(member "$indent" "$level")
    new=${new%.}
    [[ $after =~ ^[[:space:]]*\} ]] || new+=,
    printf '%s\n%s%s' "$before" "$new" "$after"
}

plan_docker() {
    local file=$destdir$daemon_json obstacle text
    obstacle=$(daemon_obstacle && file_obstacle "$file")
    if [[ -n $obstacle ]]; then
        note "runtimes.evenkeel is not added to $file: ${obstacle%%$'\n'*}." \
            "Docker needs it: {\"path\": \"$(runtime_path)\"}"
    elif [[ ! -e $file ]]; then
        docker_verdict=add docker_made=file
        printf '{\n%s\n}\n' "$(text=$(member '  ' 1) && printf '%s' "${text%.}")" >"$rendered/daemon.json"
    elif jq -e '.runtimes.evenkeel' "$file" >/dev/null; then
        docker_verdict=unchanged
    else
        with_runtime "$file" >"$rendered/daemon.json"
        text=$(jq --arg path "$(runtime_path)" '.runtimes.evenkeel = {path: $path}' "$file")
        means_the_same "$(<"$rendered/daemon.json")" "$text" ||
            pretty "$(indent_of "$(<"$file")")" <<<"$text" >"$rendered/daemon.json"
        docker_verdict=add docker_made=$(jq -r 'if has("runtimes") then "evenkeel" else "runtimes" end' "$file")
    fi
    [[ $docker_verdict != add ]] || recorded_docker=$docker_made
}

# Keeps the mode and the owner of an existing file.
put_daemon_json() {
    local mode=644 user group options=()
    if [[ -e $1 ]]; then
        read -r mode user group < <(stat -c '%a %u %g' -- "$1")
        options=(-o "$user" -g "$group")
    fi
    put "$mode" "$rendered/daemon.json" "$1" "${options[@]}"
}

add_docker_runtime() {
    local file=$destdir$daemon_json
    remove_abandoned "$file"
    case $docker_verdict in
    unchanged) say "unchanged runtimes.evenkeel in $file" ;;
    add) if act "add runtimes.evenkeel to $file"; then put_daemon_json "$file"; fi ;;
    esac
}

# without_runtime FILE MADE: prints the file's text without the entry.
without_runtime() {
    local text wanted indent level part comma
    text=$(whole "$1") && text=${text%.}
    wanted=$(jq --arg made "$2" 'del(.runtimes.evenkeel)
        | if $made != "evenkeel" and .runtimes == {} then del(.runtimes) else . end' "$1")
    # If the file was one line, its first indented line belongs to the entry, so also try two spaces.
    for indent in "$(indent_of "$text")" '  '; do
        for level in 1 2; do
            for comma in ',' ''; do
                part=$(member "$indent" "$level")
                part=$'\n'${part%.}$comma
                if [[ $text == *"$part"* ]] && means_the_same "${text/"$part"/}" "$wanted"; then
                    printf '%s' "${text/"$part"/}"
                    return
                fi
            done
        done
    done
    pretty "$(indent_of "$text")" <<<"$wanted"
}

# Before the programs are removed: removes what add_docker_runtime added.
remove_docker_runtime() {
    local file=$destdir$daemon_json obstacle
    [[ -n $recorded_docker ]] || return 0
    remove_unfinished "$file"
    obstacle=$(file_obstacle "$file")
    if [[ ! -e $file && ! -L $file ]]; then
        say "already gone $file"
    elif [[ -n $obstacle ]]; then
        note "runtimes.evenkeel, if it is there, stays in $file: $obstacle"
    elif ! jq -e '.runtimes.evenkeel' "$file" >/dev/null; then
        say "already gone runtimes.evenkeel from $file"
    else
        take_docker_runtime_out "$file"
    fi
}

take_docker_runtime_out() {
    without_runtime "$1" "$recorded_docker" >"$rendered/daemon.json"
    if [[ $recorded_docker == file && $(jq -c . "$rendered/daemon.json") == "{}" ]]; then
        remove "$1"
    elif act "remove runtimes.evenkeel from $1"; then
        put_daemon_json "$1"
    fi
}
