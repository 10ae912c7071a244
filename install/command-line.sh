# shellcheck shell=bash
# How the command line is linked: with what hosts need not have, small, and without what it never uses.

# Here lies what is linked in place of a library.
stand_ins=$(pwd -P)/.build/stand-ins

make_stand_ins() {
    mkdir -p "$stand_ins"
    # The linker looks here first, and takes an archive if there is no library beside it.
    ln -sfT "$(g++ -print-file-name=libstdc++.a)" "$stand_ins/libstdc++.a"
    # Debian has no libmnl.a.
    gcc -c -Os -fPIC -ffunction-sections -fstack-protector-strong -Wall -Werror -I Sources/CStaticRuntime/include \
        -o "$stand_ins/libmnl.o" Sources/CStaticRuntime/libmnl.c
    rm -f "$stand_ins/libmnl.a"
    ar rcsD "$stand_ins/libmnl.a" "$stand_ins/libmnl.o"
    swiftc -swift-version 6 -warnings-as-errors -enable-upcoming-feature InternalImportsByDefault -parse-as-library -wmo -Osize \
        -static-stdlib -module-name FoundationEssentials -c -o "$stand_ins/FoundationEssentials.o" \
        -emit-module -emit-module-path "$stand_ins/FoundationEssentials.swiftmodule" Sources/FoundationEssentials/FoundationEssentials.swift
    # Of what changed here the build knows nothing.
    rm -f .build/release/evenkeel
}

# Modules found here go before Swift's own of the same name. The linker lld keeps only what is used, if nothing is exported and each
# function has a section; sections.ld leaves out what only debuggers and C++ exceptions need.
# shellcheck disable=SC2034
command_line_options=(
    -Xswiftc -I -Xswiftc "$stand_ins" -Xlinker "$stand_ins/FoundationEssentials.o"
    -Xswiftc -Osize -Xswiftc -Xfrontend -Xswiftc -function-sections
    -Xswiftc -L -Xswiftc "$stand_ins" -Xswiftc -use-ld=lld
    -Xlinker --no-export-dynamic -Xlinker --icf=all
    -Xlinker --no-eh-frame-hdr -Xlinker "--script=$(pwd -P)/Sources/CStaticRuntime/sections.ld"
)
