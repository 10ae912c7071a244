# shellcheck shell=bash
# Part of install-test.sh: the entry in Docker's daemon.json. Files only; no daemon reads them here.
# shellcheck disable=SC2154

daemon_json=etc/docker/daemon.json
runtime=/usr/local/libexec/evenkeel/evenkeel-runtime
entry="{\"evenkeel\":{\"path\":\"$runtime\"}}"

# new_docker_root [TEXT]: a tree with Docker's directory, and with a daemon.json of that text, as it is.
new_docker_root() {
    new_root
    mkdir "$root/etc/docker"
    (($# == 0)) || printf '%s' "$1" >"$root/$daemon_json"
}

new_daemon_json() {
    local before
    new_docker_root
    before=$(tree "$root")
    contains "$(install_it)" "add runtimes.evenkeel to $root/$daemon_json"
    same "$(<"$root/$daemon_json")" "{
  \"runtimes\": {
    \"evenkeel\": {
      \"path\": \"$runtime\"
    }
  }
}"
    contains "$(install_it)" "unchanged runtimes.evenkeel in $root/$daemon_json"
    contains "$(uninstall_it)" "remove $root/$daemon_json"
    same "$(tree "$root")" "$before"
    install_it --prefix "/opt/a keel & more"
    [[ -x $root$(jq -r .runtimes.evenkeel.path "$root/$daemon_json") ]]
}
check "without a daemon.json, one is made that names the runtime, and goes again" new_daemon_json

# Texts that somebody wrote, each in a way of their own.
their_texts=(
    $'{\n  "dns": ["10.0.0.1", "10.0.0.2"],\n  "mtu": 1400\n}\n'
    $'{\n\t"log-opts": { "max-size": "10m" },\n\t"features": {}\n}'
    $'\n{\n    "runtimes": {\n        "other": {"path": "/x", "runtimeArgs": []}\n    },\n    "mtu": 1400\n}\n\n'
    $'{\n   "b": 1.0, "runtimes" :\n   { }, "a": "\\u00e4 {\\"runtimes\\": {"\n}\n'
    '{"dns":["10.0.0.1"],"runtimes":{"other":{"path":"/x"}}}'
    '{"dns":["10.0.0.1"]}'
    '{"runtimes":{}}'
    $'{\n}\n'
    '{}'
)

every_text_is_restored() {
    local text before theirs
    for text in "${their_texts[@]}"; do
        new_docker_root "$text"
        before=$(sha256sum "$root/$daemon_json")
        theirs=$(jq -c 'del(.runtimes)' "$root/$daemon_json")
        install_it
        same "$(jq -c 'del(.runtimes)' "$root/$daemon_json")" "$theirs"
        contains "$(jq -c .runtimes "$root/$daemon_json")" "${entry:1:-1}"
        # What there was is there still, in its own white space.
        same "$(diff <(printf '%s' "$text" | tr -d '\n{},') <(tr -d '\n{},' <"$root/$daemon_json") | grep -c '^>')" 1
        contains "$(uninstall_it)" "remove runtimes.evenkeel from $root/$daemon_json"
        same "$(sha256sum "$root/$daemon_json")" "$before"
    done
}
check "any daemon.json keeps its other keys, and uninstall gives back every byte" every_text_is_restored

decoy() {
    local text='{"log-opts": {"runtimes": {}}, "runtimes": {"other": {"path": "/x"}}}'
    new_docker_root "$text"
    install_it
    same "$(jq -cS . "$root/$daemon_json")" \
        "$(jq -cS --arg path "$runtime" '.runtimes.evenkeel.path = $path' <<<"$text")"
    uninstall_it
    same "$(jq -c . "$root/$daemon_json")" "$(jq -c . <<<"$text")"
}
check "a runtimes that is not Docker's own is not mistaken for it" decoy

their_indentation() {
    new_docker_root $'{\n\t"mtu": 1400\n}\n'
    install_it
    same "$(<"$root/$daemon_json")" \
        $'{\n\t"runtimes": {\n\t\t"evenkeel": {\n\t\t\t"path": "'"$runtime"$'"\n\t\t}\n\t},\n\t"mtu": 1400\n}'
    new_docker_root $'{\n "runtimes": {\n  "other": {}\n }\n}\n'
    install_it
    same "$(<"$root/$daemon_json")" \
        $'{\n "runtimes": {\n  "evenkeel": {\n   "path": "'"$runtime"$'"\n  },\n  "other": {}\n }\n}'
}
check "the entry is indented as the file is" their_indentation

mode_and_owner() {
    new_docker_root '{}'
    chmod 600 "$root/$daemon_json"
    ((EUID != 0)) || chown 12:34 "$root/$daemon_json"
    local before
    before=$(stat -c '%a %u %g' "$root/$daemon_json")
    install_it
    same "$(stat -c '%a %u %g' "$root/$daemon_json")" "$before"
    uninstall_it
    same "$(stat -c '%a %u %g' "$root/$daemon_json")" "$before"
}
check "daemon.json keeps its mode and its owner" mode_and_owner

others_came_later() {
    new_docker_root
    install_it
    jq '.mtu = 1400 | .runtimes.other.path = "/x"' "$root/$daemon_json" >"$scratch/mine"
    cp "$scratch/mine" "$root/$daemon_json"
    uninstall_it
    same "$(<"$root/$daemon_json")" "$(jq 'del(.runtimes.evenkeel)' "$scratch/mine")"
    new_docker_root '{"mtu": 1400}'
    install_it
    jq --tab . "$root/$daemon_json" >"$scratch/mine" && cp "$scratch/mine" "$root/$daemon_json"
    uninstall_it
    same "$(<"$root/$daemon_json")" $'{\n\t"mtu": 1400\n}'
    new_docker_root '{}'
    install_it
    echo '{"runtimes": {}}' >"$root/$daemon_json"
    contains "$(uninstall_it)" "already gone runtimes.evenkeel from $root/$daemon_json"
    new_docker_root
    install_it
    rm "$root/$daemon_json"
    contains "$(uninstall_it)" "already gone $root/$daemon_json"
}
check "what others write into daemon.json later stays, whatever becomes of its looks" others_came_later

refused_but_not_the_rest() {
    local text before
    for text in 'not JSON' '' '[]' '{} {}' '{"runtimes": []}' '{"runtimes": {"evenkeel": {"path": "/theirs"}}}' \
        '{"runtimes": {"evenkeel": {"path": "'"$runtime"'", "runtimeArgs": ["--debug"]}}}'; do
        new_docker_root "$text"
        before=$(sha256sum "$root/$daemon_json")
        install_it 2>"$scratch/said"
        contains "$(<"$scratch/said")" "runtimes.evenkeel is not added to $root/$daemon_json: it"
        contains "$(<"$scratch/said")" "$runtime"
        [[ -x $root$runtime && -e $root/$hook ]]
        uninstall_it
        same "$(sha256sum "$root/$daemon_json")" "$before"
    done
    new_docker_root
    ln -s /nowhere "$root/$daemon_json"
    install_it 2>"$scratch/said"
    contains "$(<"$scratch/said")" "it is a link"
    [[ -L $root/$daemon_json && -e $root/$hook ]]
}
check "a daemon.json that is no object, a link, or has another runtimes.evenkeel is left alone, and the rest goes on" \
    refused_but_not_the_rest

own_entry_of_the_administrator() {
    new_docker_root "{\"runtimes\": $entry}"
    local before
    before=$(sha256sum "$root/$daemon_json")
    contains "$(install_it)" "unchanged runtimes.evenkeel"
    uninstall_it >/dev/null 2>"$scratch/said"
    same "$(sha256sum "$root/$daemon_json")" "$before"
    contains "$(<"$scratch/said")" "$root/$daemon_json names a program of Evenkeel"
}
check "an entry that was there first stays, and uninstall warns of it" own_entry_of_the_administrator

runtime_as_default() {
    local before theirs
    new_docker_root '{"mtu": 1400}'
    install_it
    jq '."default-runtime" = "evenkeel"' "$root/$daemon_json" >"$scratch/mine"
    cp "$scratch/mine" "$root/$daemon_json"
    before=$(tree "$root")
    fails_with 1 "$root/$daemon_json sets default-runtime to evenkeel" uninstall_it
    contains "$(uninstall_it --force --dry-run 2>&1)" "note: --force: $root/$daemon_json sets default-runtime"
    contains "$(uninstall_it --force --dry-run 2>&1)" "would remove $root/$hook"
    same "$(tree "$root")" "$before"
    jq 'del(."default-runtime")' "$scratch/mine" >"$root/$daemon_json"
    theirs=$root/etc/containers/containers.conf
    printf '[engine]\nruntime = "evenkeel-crun"\n' >"$theirs"
    fails_with 1 "$theirs names this runtime as podman's default" uninstall_it
    rm "$theirs"
    uninstall_it
    same "$(jq -c . "$root/$daemon_json")" '{"mtu":1400}'
}
check "uninstall removes nothing while Docker or podman has the runtime as its default" runtime_as_default

without_jq() {
    new_docker_root
    mkdir -p "$scratch/no-jq"
    local tool
    for tool in bash awk basename cat chmod cmp cp dirname grep install ls mkdir mktemp mv realpath rm rmdir sed \
        sha256sum sort stat sync tail; do
        ln -sf "$(command -v "$tool")" "$scratch/no-jq/$tool"
    done
    PATH=$scratch/no-jq install_it
    same "$(jq -c .runtimes "$root/$daemon_json")" "$entry"
    PATH=$scratch/no-jq uninstall_it 2>"$scratch/said"
    contains "$(<"$scratch/said")" "stays in $root/$daemon_json: that needs jq"
}
check "without jq a new daemon.json is made, and one that is there is left alone" without_jq
