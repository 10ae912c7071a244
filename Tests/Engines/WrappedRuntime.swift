extension PodmanHost {
    /// A host on which podman knows the wrapper of a runtime as "evenkeel", and no hook helps it.
    convenience init(wrapping runtime: String) throws {
        try self.init(runtime: runtime, isGuarded: false)
        // podman passes none of its environment on to a runtime, so the name tells which one is meant.
        let link = "/usr/local/libexec/evenkeel/evenkeel-\(runtime)"
        try run(
            "ln -s \(Self.wrapper) \(link); cat >>/etc/containers/containers.conf",
            input: """
                [engine.runtimes]
                evenkeel = ["\(link)"]

                """)
    }

    /// What makes podman use it, and give the container users of its own: then the network comes after the hooks.
    static let wrapped = "--runtime evenkeel"
    static let withOwnUsers = "--uidmap 0:100000:5000"
}
