// swift-tools-version: 6.3
import PackageDescription

// One manifest, two builds. Ordinarily every target is ordinary Swift: the command line and the tests need it.
// With EVENKEEL_EMBEDDED only the hot path is built, in Embedded Swift, so that the programs a container start waits
// for carry no runtime. install/build.sh does both.
let isEmbedded = Context.environment["EVENKEEL_EMBEDDED"] != nil

/// Warnings are errors in both builds; the ordinary one also refuses what Embedded Swift could not compile.
let strict: [SwiftSetting] =
    [.treatAllWarnings(as: .error), .enableUpcomingFeature("InternalImportsByDefault")]

/// Every interpolated piece of a text is otherwise appended inline, which alone is an eighth of a program. Embedded Swift calls a
/// function at each access to a class's property to enforce exclusivity, but the function does nothing.
let small = [
    "-wmo", "-Osize", "-enforce-exclusivity=unchecked", "-Xfrontend", "-function-sections",
    "-Xllvm", "-sil-inline-never-functions=SS6appendyySSF", "-Xllvm", "-sil-inline-removed-call-benefit=10",
]

#if arch(arm64)
    let thisMachine = "aarch64"
#else
    let thisMachine = "x86_64"
#endif
/// install/cross-build.sh builds for another machine, whose headers and archives lie below a folder.
let machine = Context.environment["EVENKEEL_MACHINE"] ?? thisMachine
let root = Context.environment["EVENKEEL_ROOT"] ?? ""

/// The hot path's C library is musl, linked statically: to start with glibc and its dynamic loader takes as long as all that
/// there is to do then. Its headers go before glibc's.
let muslHeaders = ["-isystem", "\(root)/usr/include/\(machine)-linux-musl"]
let musl = "\(root)/usr/lib/\(machine)-linux-musl"

let hotPath: [SwiftSetting] =
    isEmbedded
    ? strict + [
        .enableExperimentalFeature("Embedded"), .unsafeFlags(small + muslHeaders.flatMap { ["-Xcc", $0] }),
    ] : strict + [.treatWarning("EmbeddedRestrictions", as: .error)]

/// A function of our own C that writes beyond its array ends the program instead of going on.
let hotC: [CSetting] = [
    .unsafeFlags(
        ["-fstack-protector-strong"] + (isEmbedded ? ["-Os", "-ffunction-sections"] + muslHeaders : []))
]

let ordinaryLinking: [LinkerSetting] =
    [.linkedLibrary(":libnftnl.a"), .linkedLibrary("mnl")]
/// What the dynamic loader has looked up at the start nobody can redirect later: all of it is read-only then.
let bindNow: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"])]
/// A page is made read-only whole. Pages have 4, 16 or 64 KB on an aarch64 machine, and always 4 KB on x86_64.
let largestPages = machine == "aarch64" ? ["-Xlinker", "-z", "-Xlinker", "common-page-size=65536"] : []
/// Sources/CStaticRuntime has what these archives need beside musl: libmnl, and what is glibc's alone. Packed, the places to relocate take
/// a few hundred bytes instead of 27 KB; Sources/CStaticRuntime/start.c relocates them.
let leanLinking: [LinkerSetting] = [
    .unsafeFlags([
        "-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker", "--gc-sections", "-no-toolchain-stdlib-rpath",
        "-Xlinker", "--pack-dyn-relocs=relr", "-Xlinker", "--use-android-relr-tags",
        "-Xlinker", "--entry=relocate_and_start", "-Xlinker", "--no-eh-frame-hdr",
        "-Xlinker", "--script=\(Context.packageDirectory)/Sources/CStaticRuntime/sections.ld",
        "-Xclang-linker", "-nostdlib", "-Xclang-linker", "-static-pie",
        "-Xclang-linker", "-Wno-unused-command-line-argument", "\(musl)/rcrt1.o", "\(musl)/libc.a",
    ]),
    .unsafeFlags(largestPages),
    .linkedLibrary(":libnftnl.a"), .linkedLibrary("gcc"),
]

/// What the hot path uses; the command line uses it, too.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: hotPath)
}

/// What the command line alone uses.
func ordinaryLibrary(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func hotProgram(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + (isEmbedded ? ["CStaticRuntime"] : []), path: path,
        swiftSettings: hotPath,
        linkerSettings: isEmbedded ? leanLinking : ordinaryLinking)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], scripts: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", exclude: scripts,
        swiftSettings: strict,
        linkerSettings: ordinaryLinking)
}

var targets: [Target] = [
    .target(name: "CLinux", cSettings: hotC),
    .systemLibrary(name: "CMnl"),
    .systemLibrary(name: "CNftnl"),
    library("LinuxSystem", ["CLinux"]),
    library("JSON", []),
    library("Netlink", ["CMnl", "LinuxSystem"]),
    library("Firewall", ["CNftnl", "CMnl", "Netlink"]),
    library("EngineNetworks", ["LinuxSystem", "JSON", "Netlink"]),
    library("Keel", ["LinuxSystem", "JSON", "Netlink", "Firewall", "EngineNetworks"]),
    library("CNI", ["JSON"]),
    library("OCI", ["JSON"]),
    library("ConfigurationLists", ["LinuxSystem", "JSON", "CNI"]),
    library("Discovery", ["LinuxSystem", "JSON", "Netlink"]),
    library("DockerEngine", ["LinuxSystem", "JSON", "Netlink", "Keel"]),
    library("NRI", []),
    library("Metrics", []),
    library(
        "Watch", ["LinuxSystem", "JSON", "Netlink", "Firewall", "Keel", "Discovery", "DockerEngine", "NRI", "Metrics"]),
    hotProgram("evenkeel-cni", ["Keel", "CNI"]),
    hotProgram("evenkeel-hook", ["Keel", "OCI", "Discovery"]),
    hotProgram("evenkeel-runtime", ["Keel", "OCI", "Discovery"]),
    hotProgram("evenkeel-watch", ["Watch"]),
    hotProgram("evenkeel-node", ["LinuxSystem", "JSON", "ConfigurationLists"]),
    // In both builds, for Tests/Shipped to compare.
    hotProgram("answers", ["Keel", "CNI", "OCI", "Discovery"], path: "Tests/Answers"),
]
var dependencies: [Package.Dependency] = []

if isEmbedded {
    targets.append(.target(name: "CStaticRuntime", exclude: ["sections.ld"], cSettings: hotC))
} else {
    dependencies.append(.package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"))
    targets += [
        .systemLibrary(name: "CKernel"),
        ordinaryLibrary("LinuxTools", ["CLinux", "LinuxSystem"]),
        ordinaryLibrary("WatchClient", ["LinuxSystem", "LinuxTools", "JSON"]),
        ordinaryLibrary("ForeignRules", ["CKernel", "LinuxSystem", "LinuxTools", "Netlink", "Firewall"]),
        ordinaryLibrary("ConntrackUsage", ["CKernel", "LinuxSystem", "Netlink"]),
        ordinaryLibrary(
            "HostCare", ["CKernel", "LinuxSystem", "LinuxTools", "Netlink", "Firewall", "ForeignRules", "Keel"]),
        ordinaryLibrary("ContainerRuntimes", ["CLinux", "LinuxSystem", "ConfigurationLists"]),
        ordinaryLibrary(
            "Diagnosis",
            [
                "CKernel", "LinuxSystem", "LinuxTools", "JSON", "Netlink", "EngineNetworks", "Firewall", "ForeignRules",
                "Keel", "HostCare", "Discovery", "WatchClient", "ConfigurationLists", "ContainerRuntimes",
            ]),
        ordinaryLibrary("NetworkMap", ["LinuxSystem", "JSON", "Netlink", "Keel", "Diagnosis"]),
        ordinaryLibrary("Reachability", ["CLinux", "LinuxSystem", "Netlink", "ForeignRules", "Keel"]),
        ordinaryLibrary(
            "SystemCheck",
            [
                "CLinux", "LinuxSystem", "LinuxTools", "Netlink", "Keel", "HostCare", "WatchClient",
                "ConfigurationLists", "ContainerRuntimes", "Diagnosis",
            ]),
        ordinaryLibrary("BugReport", ["LinuxSystem", "JSON", "Netlink"]),
        .executableTarget(
            name: "evenkeel",
            dependencies: [
                "LinuxTools", "ForeignRules", "EngineNetworks", "Keel", "ConfigurationLists", "ContainerRuntimes",
                "HostCare", "ConntrackUsage", "Discovery", "Diagnosis", "NetworkMap", "WatchClient", "DockerEngine",
                "Reachability", "Metrics", "SystemCheck", "BugReport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: ordinaryLinking + bindNow),
        .target(
            name: "Laboratory", path: "Tests/Laboratory", exclude: ["packets"],
            swiftSettings: [.treatAllWarnings(as: .error)]),
        .target(
            name: "Datagrams", dependencies: ["Netlink", "Laboratory"], path: "Tests/Datagrams", swiftSettings: strict),
        .executableTarget(
            name: "benchmark",
            dependencies: ["Laboratory", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Benchmarks",
            exclude: [
                "README.md", "budgets.json", "cases.sh", "chart.svg", "crowd.c", "flush.c", "launch.c", "likewise.c",
                "reference",
                "remedies.sh", "upset.c",
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
        .executableTarget(
            name: "evenkeel-fuzz",
            dependencies: [
                "CLibFuzzer", "Keel", "CNI", "OCI", "ConfigurationLists", "ContainerRuntimes", "HostCare",
                "ConntrackUsage", "Diagnosis", "DockerEngine", "NRI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Fuzz", exclude: ["corpus", "dictionaries"],
            // Foundation's C modules share the C library's types with CKernel, so they must see the same of them.
            swiftSettings: strict + [.unsafeFlags(["-Xcc", "-D_GNU_SOURCE"])], linkerSettings: ordinaryLinking),
        tests("LinuxSystem", ["LinuxSystem", "CLinux", "Laboratory"]),
        tests("LinuxTools", ["LinuxTools", "LinuxSystem", "Laboratory"]),
        tests("WatchClient", ["WatchClient", "LinuxTools", "JSON", "Laboratory"]),
        tests("ForeignRules", ["ForeignRules", "Firewall"]),
        tests("ConntrackUsage", ["ConntrackUsage", "Datagrams", "Laboratory"]),
        tests("Reachability", ["Reachability", "ForeignRules", "Keel", "Netlink", "LinuxSystem"]),
        tests("HostCare", ["HostCare", "Keel", "Laboratory"]),
        .systemLibrary(name: "CJansson", path: "Tests/CJansson"),
        tests("JSON", ["JSON", "CJansson", "Laboratory"]),
        tests(
            "CStaticRuntime", ["Laboratory"],
            scripts: ["fortified.c", "memory.c", "messages.c", "names.c", "numbers.c", "random.c", "stack.c"]),
        tests("Netlink", ["Netlink", "Datagrams", "Laboratory"]),
        tests("Firewall", ["Firewall", "CMnl", "CNftnl", "Laboratory"]),
        tests("Keel", ["Keel", "EngineNetworks", "Firewall", "JSON", "Laboratory"]),
        tests("CNI", ["CNI", "JSON"]),
        tests("ConfigurationLists", ["ConfigurationLists", "Laboratory"]),
        tests("OCI", ["OCI", "JSON"]),
        tests("ContainerRuntimes", ["ContainerRuntimes", "ConfigurationLists", "LinuxSystem", "Laboratory"]),
        tests("Discovery", ["Discovery", "JSON", "LinuxSystem", "Laboratory"]),
        tests(
            "DockerEngine", ["DockerEngine", "Keel", "Netlink", "JSON", "LinuxSystem", "Laboratory"],
            scripts: ["recorded"]),
        tests("NRI", ["NRI", "Laboratory"], scripts: ["recorded"]),
        tests("Metrics", ["Metrics"]),
        tests(
            "Watch",
            ["Watch", "Keel", "Netlink", "Firewall", "LinuxSystem", "LinuxTools", "JSON", "WatchClient", "Laboratory"]),
        tests("Diagnosis", ["Diagnosis", "ContainerRuntimes", "JSON", "WatchClient", "Laboratory"]),
        tests("SystemCheck", ["SystemCheck", "ContainerRuntimes", "Netlink", "Laboratory"]),
        tests("BugReport", ["BugReport", "Netlink", "JSON", "Laboratory"]),
        tests("NetworkMap", ["NetworkMap", "JSON", "Laboratory"]),
        tests(
            "CommandLine",
            [
                "evenkeel", "CNI", "ConfigurationLists", "ContainerRuntimes", "ConntrackUsage", "HostCare", "JSON",
                "Keel", "LinuxSystem",
                "Netlink", "Discovery", "Diagnosis", "LinuxTools", "WatchClient", "Reachability", "SystemCheck",
                "Laboratory",
            ]),
        tests(
            "Live", ["Laboratory", "HostCare", "ForeignRules", "Keel", "Firewall", "Netlink"],
            scripts: [
                "Conntrack/guest.sh", "DefaultRoute/answer.py", "DefaultRoute/probe.py", "DefaultRoute/shuttle.py",
                "DefaultRoute/survey.sh", "DefaultRoute/world.sh", "Doctor/doctor.sh", "Doctor/limits.sh",
                "InvalidDrop/connections.sh", "InvalidDrop/firewalls.sh", "InvalidDrop/harms.sh",
                "InvalidDrop/invalid.sh", "InvalidDrop/ipvs.sh", "Metrics/prometheus.sh", "Metrics/rules.yml",
                "Reachability/calm.sh", "Reachability/liar.py", "Output/answers.py", "Output/scene.sh",
                "Output/terminals.py", "Programs/conformance.sh", "Robustness/faults.sh",
                "Robustness/flood.py", "Robustness/injection.sh", "Robustness/installation.sh",
                "Robustness/interleave.sh", "Robustness/judgement.sh", "Robustness/scenarios.sh",
                "Robustness/scene.sh", "Robustness/stress.sh", "Watch/nri.py", "Watch/soak.sh", "Watch/watch.sh",
                "lab.sh",
            ]),
        tests("Node", ["Laboratory"]),
        tests("Shipped", ["answers", "Laboratory"]),
        tests("Chains", ["Laboratory"], scripts: ["chain.sh", "cnitool"]),
        tests(
            "Engines", ["Diagnosis", "Laboratory"],
            scripts: ["container.sh", "cri.py", "kubelet.py", "learnt.sh", "protobuf.py", "traffic.sh", "watched.sh"]),
    ]
}

let package = Package(name: "evenkeel", dependencies: dependencies, targets: targets)
