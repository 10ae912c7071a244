// swift-tools-version: 6.2
import PackageDescription

// One manifest, two builds. Ordinarily every target is ordinary Swift: the command line and the tests need it.
// With EVENKEEL_EMBEDDED only the hot path is built, in Embedded Swift, so that the programs a container start waits
// for carry no runtime. install/build.sh does both.
let isEmbedded = Context.environment["EVENKEEL_EMBEDDED"] != nil

/// Warnings are errors in both builds; the ordinary one also refuses what Embedded Swift could not compile.
let strict: [SwiftSetting] =
    [.treatAllWarnings(as: .error), .enableUpcomingFeature("InternalImportsByDefault")]

/// Every interpolated piece of a text is otherwise appended inline, which alone is an eighth of a program.
let small = [
    "-wmo", "-Osize", "-Xfrontend", "-function-sections", "-Xllvm", "-sil-inline-never-functions=SS6appendyySSF",
    "-Xllvm", "-sil-inline-removed-call-benefit=10",
]

let hotPath: [SwiftSetting] =
    isEmbedded
    ? strict + [.enableExperimentalFeature("Embedded"), .unsafeFlags(small)]
    : strict + [.treatWarning("EmbeddedRestrictions", as: .error)]

/// libnftnl and jansson are linked statically: every shared library costs a container start more than they do.
let kernelLibraries: [LinkerSetting] =
    [.linkedLibrary(":libnftnl.a"), .linkedLibrary(":libjansson.a"), .linkedLibrary("mnl")]
let leanLinking: [LinkerSetting] =
    (isEmbedded
        ? [
            .unsafeFlags([
                "-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker", "--as-needed", "-Xlinker", "--gc-sections",
                "-Xlinker", "-z", "-Xlinker", "now", "-no-toolchain-stdlib-rpath",
            ])
        ] : []) + kernelLibraries

/// `commandLine`: files that no container start needs. Unused code would be dropped by the linker, its metadata would not.
func library(_ name: String, _ dependencies: [Target.Dependency], commandLine: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: isEmbedded ? commandLine : [],
        swiftSettings: hotPath)
}

/// What the command line alone uses.
func ordinaryLibrary(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func hotProgram(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + (isEmbedded ? ["CLean"] : []), swiftSettings: hotPath,
        linkerSettings: leanLinking)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], scripts: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", exclude: scripts,
        swiftSettings: strict,
        linkerSettings: kernelLibraries)
}

var targets: [Target] = [
    .target(name: "CLinux"),
    .systemLibrary(name: "CMnl"),
    .systemLibrary(name: "CNftnl"),
    .systemLibrary(name: "CJansson"),
    library(
        "LinuxSystem", ["CLinux"],
        commandLine: [
            "KernelLog.swift", "LegacyTable.swift", "Machine.swift", "StateDirectory.swift", "UnixSocket.swift",
        ]),
    library("JSON", ["CJansson"]),
    library("Netlink", ["CMnl", "LinuxSystem"], commandLine: ["RunningLinks.swift"]),
    library("Firewall", ["CNftnl", "CMnl", "Netlink"], commandLine: ["CountedRule.swift", "Others"]),
    library("Keel", ["LinuxSystem", "JSON", "Netlink", "Firewall"], commandLine: ["HostItself"]),
    library("CNI", ["JSON"]),
    library("OCI", ["JSON"]),
    hotProgram("evenkeel-cni", ["Keel", "CNI"]),
    hotProgram("evenkeel-hook", ["Keel", "OCI"]),
    hotProgram("evenkeel-runtime", ["Keel", "OCI"]),
]
var dependencies: [Package.Dependency] = []

if isEmbedded {
    targets.append(.target(name: "CLean"))
} else {
    dependencies.append(.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"))
    targets += [
        ordinaryLibrary("Discovery", ["LinuxSystem", "JSON", "Keel"]),
        ordinaryLibrary("Diagnosis", ["LinuxSystem", "JSON", "Netlink", "Firewall", "Keel", "Discovery"]),
        .executableTarget(
            name: "evenkeel",
            dependencies: [
                "Keel", "CNI", "Discovery", "Diagnosis",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: kernelLibraries),
        .target(name: "Laboratory", path: "Tests/Laboratory", swiftSettings: [.treatAllWarnings(as: .error)]),
        .executableTarget(
            name: "benchmark",
            dependencies: ["Laboratory", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Benchmarks",
            exclude: ["budgets.json", "cases.sh", "chart.svg", "crowd.c", "launch.c", "reference", "remedies.sh"],
            swiftSettings: strict),
        tests("LinuxSystem", ["LinuxSystem", "CLinux"]),
        tests("JSON", ["JSON", "Laboratory"]),
        tests("Netlink", ["Netlink", "Laboratory"]),
        tests("Firewall", ["Firewall", "CMnl", "CNftnl", "Laboratory"]),
        tests("Keel", ["Keel", "Firewall", "JSON", "Laboratory"]),
        tests("CNI", ["CNI", "JSON"]),
        tests("OCI", ["OCI", "JSON"]),
        tests("Discovery", ["Discovery", "JSON", "Laboratory"]),
        tests("Diagnosis", ["Diagnosis", "JSON", "Laboratory"]),
        tests(
            "CommandLine",
            [
                "evenkeel", "CNI", "JSON", "Keel", "LinuxSystem", "Netlink", "Discovery", "Diagnosis", "Laboratory",
            ]),
        tests(
            "Live", ["Laboratory", "Keel", "Firewall", "Netlink"],
            scripts: [
                "attachments.sh", "conformance.sh", "connections.sh", "doctor.sh", "firewalls.sh", "guest.sh",
                "interleave.sh", "invalid.sh", "ipvs.sh", "kill.sh", "lab.sh", "stress.sh",
            ]),
        tests("Chains", ["Laboratory"], scripts: ["chain.sh", "cnitool"]),
        tests("Engines", ["Diagnosis", "Laboratory"], scripts: ["cri.py", "protobuf.py"]),
    ]
}

let package = Package(name: "evenkeel", dependencies: dependencies, targets: targets)
