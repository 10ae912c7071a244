import Foundation
import Laboratory

/// The container runtime of these tests: cnitool/main.go with Debian's libcni (golang-github-appc-cni-dev).
enum CNITool {
    private struct Failure: Error, CustomStringConvertible { let description: String }

    private static let built = Result { try build() }

    /// Built once, and again when its source has changed.
    static var path: String {
        get throws { try built.get() }
    }

    private static func build() throws -> String {
        let source = Shell.packageFolder + "/Tests/Chains/cnitool/main.go"
        let program = Shell.packageFolder + "/.build/cnitool/cnitool"
        if let age = try? modification(of: program), try age > modification(of: source) { return program }
        let folder = try TemporaryFolder()
        let compiled = folder.path + "/cnitool"
        // Debian's Go libraries lie where GOPATH has them, without modules.
        let go = [
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": folder.path + "/cache", "CGO_ENABLED": "0",
        ]
        try Shell.runSuccessfully(["go", "build", "-o", compiled, source], environment: go)
        // Tests in other processes see the old one or the new, never half.
        try FileManager.default.createDirectory(
            atPath: Shell.packageFolder + "/.build/cnitool", withIntermediateDirectories: true)
        let beside = program + "." + String(getpid())
        try Data(contentsOf: URL(fileURLWithPath: compiled)).write(to: URL(fileURLWithPath: beside))
        guard chmod(beside, 0o755) == 0, rename(beside, program) == 0 else {
            throw Failure(description: "cannot write \(program)")
        }
        return program
    }

    private static func modification(of path: String) throws -> Date {
        try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date ?? .distantPast
    }
}
