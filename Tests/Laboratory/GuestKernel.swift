import Foundation

/// A kernel of its own, user-mode Linux, for what belongs to a machine as a whole and can be changed only in its initial
/// network namespace: the connection tracking table's limit and hash size, and modules.
///
/// It runs as an ordinary program, in a sandbox that takes it along. It sees this machine's files and cannot write to them.
/// Debian's has conntrack and the older iptables, but no nftables for IP.
public enum GuestKernel {
    /// Whether it starts on this machine. Debian's does not on processors whose registers take more room than it knew of.
    public static let starts = (try? run("true")) != nil

    /// Runs a bash script as its only work, which stops at its first failure, and powers it off.
    ///
    /// - Throws: if it did not come to an end.
    public static func attempt(_ script: String, environment: [String: String] = [:]) throws -> Output {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "evenkeel-guest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(script.utf8).write(to: folder.appendingPathComponent("script"))
        try Data(initialProgram(folder.path).utf8).write(to: folder.appendingPathComponent("init"))
        // What the kernel does not know of its command line becomes the environment of its first program.
        let variables = environment.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        let kernel = try Sandbox().attempt(
            """
            chmod +x \(folder.path)/init
            # Its modules where modprobe looks for them, also on a machine that has no such folder.
            mkdir /run/layer; ln -s /usr/lib/uml/modules /run/layer/modules
            mount -t overlay -o lowerdir=/run/layer:/usr/lib overlay /usr/lib
            timeout 240 linux.uml mem=256M root=/dev/root rootfstype=hostfs rootflags=/ ro quiet uml_dir=\(folder.path)/ \
                con=null con0=null,fd:1 init=\(folder.path)/init \(variables) </dev/null
            """)
        let read = { (name: String) in
            try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        guard let status = read("status").flatMap({ Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }) else {
            throw CommandFailure(command: ["linux.uml"], output: kernel)
        }
        return Output(status: status, out: read("out") ?? "", err: read("err") ?? "")
    }

    /// Runs a script that must succeed.
    @discardableResult
    public static func run(_ script: String, environment: [String: String] = [:]) throws -> Output {
        let output = try attempt(script, environment: environment)
        guard output.status == 0 else { throw CommandFailure(command: [script], output: output) }
        return output
    }

    /// Its answers go to the folder, the only place here that it may write to.
    private static func initialProgram(_ folder: String) -> String {
        """
        #!/bin/bash
        export PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mount -t proc proc /proc; mount -t sysfs sys /sys
        mount -t tmpfs tmpfs /run; mkdir /run/guest; mount -t hostfs -o \(folder) hostfs /run/guest
        mount -t tmpfs tmpfs /tmp
        # The checkout may lie there, and its release programs.
        mkdir -p \(Shell.packageFolder) && mount -r -t hostfs -o \(Shell.packageFolder) hostfs \(Shell.packageFolder)
        ip link set lo up
        bash -euo pipefail /run/guest/script >/run/guest/out 2>/run/guest/err </dev/null
        echo $? >/run/guest/status
        sync
        echo o >/proc/sysrq-trigger
        sleep 60
        """
    }
}
