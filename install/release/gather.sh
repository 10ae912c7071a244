# shellcheck shell=bash
# The programs as they are to be passed on. For make-packages.sh.
# shellcheck disable=SC2034,SC2154

all_programs=(evenkeel evenkeel-cni evenkeel-hook evenkeel-runtime evenkeel-watch evenkeel-node)

# gather_programs: copies them to a folder of its own, with pages and completions made by just them, and sets $programs and $arch.
gather_programs() {
    local folder=$work/programs
    install -d "$folder"
    copy_programs "$folder"
    if [[ -f $programs/components ]]; then cp "$programs/components" "$work/"; else "$here/release/components.sh" >"$work/components"; fi
    programs=$folder
    require_one_machine
    choose_pages_program
    SOURCE_DATE_EPOCH=$epoch "$here/man.sh" --programs "$pages_by" "$folder/share/man"
    "$here/completions.sh" --programs "$pages_by" "$folder/share"
}

copy_programs() { # FOLDER
    local program from
    for program in "${all_programs[@]}"; do
        from=$programs/$program
        [[ $program != evenkeel || -z $command_line ]] || from=$command_line
        if [[ ! -f $from || ! -x $from ]]; then
            [[ $from != "$command_line" ]] || fail "there is no program $command_line, or it is not executable"
            [[ $program != evenkeel || ! -x $programs/evenkeel-cni ]] ||
                fail "no program evenkeel in $programs: build it on such a machine, and name it with --command-line"
            fail "no program $program in $programs: run install/build.sh, or name its folder with --programs"
        fi
        install -m 755 "$from" "$1/$program"
    done
}

# One package is for one machine.
require_one_machine() {
    local program found
    arch=$(architecture "$programs/evenkeel-cni") || fail "evenkeel-cni is for no machine that packages have a name for"
    for program in "${all_programs[@]}"; do
        found=$(architecture "$programs/$program") || found="another machine"
        [[ $found == "$arch" ]] ||
            fail "$program is for $found, evenkeel-cni for $arch: name one for $arch$([[ $program != evenkeel ]] || echo " with --command-line")"
    done
}

# The pages are what the programs say of themselves, so programs run for them. Others' version would tell of other commands.
choose_pages_program() {
    local said
    if [[ $arch == "$(own_architecture)" ]]; then
        pages_by=$programs
    else
        [[ -x $pages_by/evenkeel && $(architecture "$pages_by/evenkeel") == "$(own_architecture)" ]] ||
            fail "no program evenkeel for this machine in $pages_by: manual pages are made by running it; name its folder with --pages-by"
    fi
    said=$("$pages_by/evenkeel" --version) || fail "$pages_by/evenkeel does not run here"
    [[ $said == "$version" ]] || fail "evenkeel says that it is version $said, the sources $version: build it anew"
}

own_architecture() { architecture "$(command -v bash)"; }
