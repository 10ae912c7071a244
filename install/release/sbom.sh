# shellcheck shell=bash
# The bill of materials: SPDX 2.3 in JSON, of the programs and of what they are made of. For make-packages.sh.
# shellcheck disable=SC2154

# Of each its name, its licence, where it comes from, the programs that it is in, and how.
components='[
    ["libnftnl", "GPL-2.0-or-later", "https://netfilter.org/projects/libnftnl",
        ["evenkeel", "evenkeel-cni", "evenkeel-hook", "evenkeel-runtime", "evenkeel-watch"], "STATIC_LINK"],
    ["musl", "MIT", "https://musl.libc.org",
        ["evenkeel-cni", "evenkeel-hook", "evenkeel-runtime", "evenkeel-watch", "evenkeel-node"], "STATIC_LINK"],
    ["libgcc", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org",
        ["evenkeel", "evenkeel-cni", "evenkeel-hook", "evenkeel-runtime", "evenkeel-watch", "evenkeel-node"], "STATIC_LINK"],
    ["libstdc++", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org", ["evenkeel"], "STATIC_LINK"],
    ["swift", "Apache-2.0 WITH Swift-exception", "https://www.swift.org",
        ["evenkeel", "evenkeel-cni", "evenkeel-hook", "evenkeel-runtime", "evenkeel-watch", "evenkeel-node"], "STATIC_LINK"],
    ["swift-argument-parser", "Apache-2.0 WITH Swift-exception", "https://github.com/apple/swift-argument-parser",
        ["evenkeel"], "STATIC_LINK"]
]'

# program_files: an array of what SPDX says of a file.
program_files() {
    local program
    for program in "${all_programs[@]}"; do
        jq -n --arg name "$program" --arg one "$(sha1sum <"$programs/$program" | cut -d' ' -f1)" \
            --arg two "$(sha256sum <"$programs/$program" | cut -d' ' -f1)" \
            '{fileName: "./\($name)", SPDXID: "SPDXRef-File-\($name)", fileTypes: ["BINARY"],
              checksums: [{algorithm: "SHA1", checksumValue: $one}, {algorithm: "SHA256", checksumValue: $two}],
              licenseConcluded: (if $name == "evenkeel-node" then "Apache-2.0" else "GPL-3.0-or-later" end),
              licenseInfoInFiles: ["NOASSERTION"], copyrightText: "NOASSERTION"}'
    done | jq -s .
}

# package_code: SPDX asks for one checksum over those of all files: the sorted SHA1 values, joined.
package_code() {
    local program
    for program in "${all_programs[@]}"; do sha1sum <"$programs/$program" | cut -d' ' -f1; done | LC_ALL=C sort | tr -d '\n' |
        sha1sum | cut -d' ' -f1
}

make_sbom() {
    local versions
    versions=$(jq -Rn '[inputs | split(" ") | {(.[0]): .[1]}] | add' <"$work/components")
    jq -n --arg version "$version" --arg arch "$arch" --arg time "$(date -u -d "@$epoch" +%FT%TZ)" --arg code "$(package_code)" \
        --arg home "$release_homepage" --arg supplier "$(sed -E 's/^(.*) <(.*)>$/Organization: \1 (\2)/' <<<"$maintainer")" \
        --argjson files "$(program_files)" --argjson needed "$(needed | jq -Rn '[inputs]')" --argjson parts "$components" --argjson versions "$versions" '
        ($files | map(.fileName[2:])) as $programs
        | def known: . != null and . != "NOASSERTION";
        # What the command line asks of the host is not in it.
        def id(name): "SPDXRef-Package-" + (name | gsub("[^A-Za-z0-9.-]"; "-"));
        def link(part): if any($needed[]; startswith(part[0] + ".so")) then "DYNAMIC_LINK" else part[4] end;
        {
            spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT", name: "evenkeel-\($version)-\($arch)",
            documentNamespace: "\($home)/spdx/evenkeel-\($version)-\($arch)-\($code)",
            creationInfo: {created: $time, creators: ["Tool: evenkeel-make-packages-\($version)"]},
            documentDescribes: ["SPDXRef-Package-evenkeel"],
            packages: ([{
                name: "evenkeel", SPDXID: "SPDXRef-Package-evenkeel", versionInfo: $version, supplier: $supplier, homepage: $home,
                downloadLocation: "NOASSERTION", filesAnalyzed: true,
                packageVerificationCode: {packageVerificationCodeValue: $code}, licenseInfoFromFiles: ["NOASSERTION"],
                licenseConcluded: "GPL-3.0-or-later", licenseDeclared: "Apache-2.0", copyrightText: "NOASSERTION",
                primaryPackagePurpose: "APPLICATION"
            }] + ($parts | map({
                name: .[0], SPDXID: id(.[0]), downloadLocation: .[2], filesAnalyzed: false,
                licenseConcluded: .[1], licenseDeclared: .[1], copyrightText: "NOASSERTION", primaryPackagePurpose: "LIBRARY"
            } + if $versions[.[0]] | known then {versionInfo: $versions[.[0]]} else {} end))),
            files: $files,
            relationships: (
                [{spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-Package-evenkeel"}]
                + ($programs | map({spdxElementId: "SPDXRef-Package-evenkeel", relationshipType: "CONTAINS",
                    relatedSpdxElement: "SPDXRef-File-\(.)"}))
                + [$parts[] | . as $part | .[3][] | select(. as $p | $programs | index($p)) | {
                    spdxElementId: "SPDXRef-File-\(.)", relationshipType: link($part),
                    relatedSpdxElement: id($part[0])}])
        }' >"$1"
}
