import ArgumentParser
import ContainerRuntimes
import LinuxSystem

/// `evenkeel runtime-class`
struct RuntimeClassCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runtime-class",
        abstract: "Prints what a runtime's configuration needs for a runtime class of Kubernetes.",
        discussion: """
            Pods that ask for the runtime class evenkeel are started by evenkeel-runtime, which makes each of their \
            networks safe before their first program. Most pods need no runtime class: the CNI plugin and the watcher \
            do the same for all of them.

            Reads the configuration that is there and prints what is missing in it, in TOML, for its end. containerd \
            passes only those of a pod's annotations to a runtime that the configuration names; they are in what is \
            printed. Changes nothing.

            EXAMPLES
              evenkeel runtime-class --containerd
              evenkeel runtime-class --containerd >>/etc/containerd/config.toml && systemctl restart containerd
              evenkeel runtime-class --crio >/etc/crio/crio.conf.d/evenkeel.conf && systemctl restart crio

            EXIT STATUS
              0   what is missing was printed, or nothing is missing
              1   the configuration could not be read, or the answer not be written
              64  the command line is wrong
            """)

    @Flag(help: "For containerd.")
    var containerd = false

    @Flag(help: "For CRI-O.")
    var crio = false

    @Option(help: ArgumentHelp("containerd's configuration.", valueName: "file"), completion: .file())
    var config = "/etc/containerd/config.toml"

    @Option(
        help: ArgumentHelp("The runtime's program (default: beside this one).", valueName: "file"), completion: .file())
    var runtime: String?

    func validate() throws {
        guard containerd != crio else { throw ValidationError("name one of --containerd and --crio") }
        guard config.hasPrefix("/"), runtime?.hasPrefix("/") != false else {
            throw ValidationError("--config and --runtime take absolute paths")
        }
    }

    func run() throws {
        do throws(Failure) {
            let program: String
            if let runtime { program = runtime } else { program = try InstalledPrograms.runtime(isCRIO: crio) }
            try write(data: try needs(program).explained)
        } catch {
            say(error.description)
            throw ExitCode(1)
        }
    }

    private func needs(_ program: String) throws(Failure) -> RuntimeClass {
        if crio {
            let settings = ContainerRuntime.crioSettings()
            try require(settings)
            return RuntimeClass(crio: settings, program: program)
        }
        let settings = ContainerdSettings(config, program: ContainerRuntime.containerdProgram())
        try require(settings.all)
        let needs = RuntimeClass(containerd: settings, path: config, program: program)
        guard needs.text.isEmpty || !settings.isClosed else {
            throw Failure(
                "add to \(config): it sets plugins in an inline table ({...}), to which TOML allows no addition; write that as "
                    + "tables in brackets first")
        }
        return needs
    }

    private func require(_ settings: RuntimeSettings) throws(Failure) {
        guard let faulty = settings.faulty.first else { return }
        throw Failure("read \(faulty): it is not TOML, or may not be read; mend it first")
    }
}

extension RuntimeClass {
    /// The text with what to do, as comments: it can be appended as it is.
    fileprivate var explained: String {
        if text.isEmpty { return "# \(file) names the runtime \(Self.handler) already.\n" }
        return """
            # For the end of \(file). Restart the runtime afterwards.
            \(text)
            # Then, in the cluster:
            #   apiVersion: node.k8s.io/v1
            #   kind: RuntimeClass
            #   metadata: {name: \(Self.handler)}
            #   handler: \(Self.handler)
            # and in a pod: runtimeClassName: \(Self.handler)

            """
    }
}

/// Where install.sh has put the programs.
enum InstalledPrograms {
    /// The runtime that belongs to this program: `../libexec/evenkeel` from its folder. CRI-O runs crun where there is no runc.
    static func runtime(isCRIO: Bool) throws(Failure) -> String {
        let own: String
        do throws(KernelError) { own = try ProcessHandle(OwnProcess.id).executable() } catch { throw Failure(error) }
        let prefix = own.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
        let hasRunc = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].contains {
            ExecutableFile.isExecutable("\($0)/runc")
        }
        let name = isCRIO && !hasRunc ? "evenkeel-crun" : "evenkeel-runtime"
        let found = ["\(prefix)/libexec/evenkeel", "/usr/local/libexec/evenkeel", "/usr/libexec/evenkeel"]
            .map { "\($0)/\(name)" }.first { ExecutableFile.isExecutable($0) }
        guard let found else {
            throw Failure(
                "find \(name): it is not in \(prefix)/libexec/evenkeel; run install/install.sh, or use --runtime")
        }
        return found
    }
}
