import Foundation
import Laboratory

/// Where a case is run: mount and network namespaces of its own, so that nothing of the machine changes and no case sees what
/// another left.
enum Arena {
    private static let mark = "EVENKEEL_BENCHMARK_ARENA"

    /// Replaces the process by itself as process 1 of a pid namespace, with which everything it starts ends.
    static func enter() throws {
        if getenv(mark) != nil {
            // Process 1 is not ended by a signal that it has no handler for.
            for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _exit(128 + $0) } }
            return
        }
        guard geteuid() == 0 else {
            throw BenchmarkError(description: "it makes network namespaces, so run it as root")
        }
        setenv(mark, "1", 1)
        let unshare = [
            "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation",
            "private", "/proc/self/exe",
        ]
        // What /proc/self/exe is by then is unshare.
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let arguments = unshare.dropLast() + [own] + CommandLine.arguments.dropFirst()
        execvp("unshare", arguments.map { strdup($0) } + [nil])
        throw BenchmarkError(description: "cannot run unshare: \(String(cString: strerror(errno)))")
    }

    /// Moves on to new namespaces and makes what the script says in them, with the functions of cases.sh at hand.
    static func prepare(_ script: String) throws {
        guard unshare(newNetwork | newMounts) == 0 else {
            throw BenchmarkError(description: "cannot make namespaces: \(String(cString: strerror(errno)))")
        }
        try extend("sandbox\n" + script)
    }

    /// Makes what the script says beside what is there.
    static func extend(_ script: String) throws {
        let files = [PacketLaboratory.script, Shell.packageFolder + "/Tests/Benchmarks/cases.sh"]
        try shell(files.map { ". \($0)\n" }.joined() + script)
    }

    /// Brings a container back to where its engine left it.
    static func reset(_ container: String) throws {
        try Execution.run(
            Command(
                path: "/bin/bash", arguments: ["/run/bench/reset", container],
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]))
    }
}

/// `CLONE_NEWNET` and `CLONE_NEWNS`, which Glibc's module hides behind _GNU_SOURCE with the function below.
private let (newNetwork, newMounts): (Int32, Int32) = (0x4000_0000, 0x2_0000)

@_silgen_name("unshare") private func unshare(_ flags: Int32) -> Int32
