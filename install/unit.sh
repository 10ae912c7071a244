# shellcheck shell=bash
# The unit by which systemd looks after the host. install.sh puts it in place and leaves it to the administrator to
# enable it; uninstall.sh takes both back.
# shellcheck disable=SC2034,SC2154

unit=evenkeel-host.service

# Where systemd looks for it: it knows no prefix but these two.
unit_path() {
    case $prefix in
    /usr | /usr/local) printf '%s/lib/systemd/system/%s\n' "$prefix" "$unit" ;;
    *) printf '/etc/systemd/system/%s\n' "$unit" ;;
    esac
}

# The program as a unit's command line names it, systemd.service(5).
program_in_unit() {
    local program=${prefix//%/%%}/bin/evenkeel
    [[ $program != *[^[:alnum:]/._%+-]* ]] || program="\"$program\""
    printf '%s\n' "$program"
}

plan_unit() {
    local text
    # A tree that is to become a package may be for a host with systemd.
    if [[ -z $destdir ]] && ! has_program systemctl; then return; fi
    if [[ $prefix == *\'* ]]; then
        note "no $unit: systemd runs no program with an apostrophe in its path"
        return
    fi
    text=$(<"$here/systemd/$unit")
    printf '%s\n' "${text//"=/usr/local/bin/evenkeel "/"=$(program_in_unit) "}" >"$rendered/$unit"
    plan 644 "$rendered/$unit" "$(unit_path)"
}

# is_unit_of_this_prefix PATH
is_unit_of_this_prefix() {
    [[ $1 == */"$unit" ]] && grep -qF -- "=$(program_in_unit) host apply" "$destdir$1"
}

# Prints the links by which it is enabled.
unit_links() {
    local link
    for link in "$destdir"/etc/systemd/system/*.{wants,requires,upholds}/"$unit"; do
        [[ ! -L $link ]] || printf '%s\n' "$link"
    done
}

advise_unit() {
    local judged=${verdict[$(unit_path)]:-}
    if [[ -n $judged && -z $(unit_links) ]]; then
        say "The host itself, at every boot: systemctl daemon-reload, and systemctl enable --now evenkeel-host." \
            "Without systemd, have \"$prefix/bin/evenkeel host apply\" run before the engines."
    elif [[ $judged == install || $judged == replace ]]; then
        say "The host itself: systemctl daemon-reload, since evenkeel-host.service is another now."
    fi
}

systemd_runs() { [[ -z $destdir && -d /run/systemd/system ]] && command -v systemctl >/dev/null; }

# Before anything goes, or systemd would start at the next boot what is not there any more.
disable_unit() {
    local link
    [[ -n ${recorded[$(unit_path)]:-} ]] || return 0
    if systemd_runs; then
        if systemctl is-enabled -q "$unit" 2>/dev/null || systemctl is-active -q "$unit"; then
            act "disable and stop $unit" || return 0
            systemctl disable --now --quiet "$unit" || note "systemctl did not disable and stop $unit"
        fi
        return
    fi
    while IFS= read -r link; do
        remove "$link"
        # As systemctl does.
        if is_empty "${link%/*}"; then
            if act "remove directory ${link%/*}"; then rmdir -- "${link%/*}"; fi
            gone[${link%/*}]=yes
        fi
    done < <(unit_links)
}

# Or it would be listed, without its file, until the next boot.
forget_unit() {
    [[ -n ${recorded[$(unit_path)]:-} ]] && systemd_runs || return 0
    act "let systemd read its units anew" || return 0
    systemctl daemon-reload || note "systemctl daemon-reload failed"
    systemctl reset-failed "$unit" 2>/dev/null || :
}
