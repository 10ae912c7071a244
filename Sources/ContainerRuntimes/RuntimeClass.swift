import LinuxSystem

/// What a runtime's configuration needs, so that pods can ask for Evenkeel's runtime by a runtime class.
package struct RuntimeClass {
    /// The handler's name, by which a `RuntimeClass` of Kubernetes means it.
    package static let handler = "evenkeel"
    /// The annotations that reach the runtime; containerd passes none unless it is told to.
    package static let annotations = ["evenkeel.dev/*", "dev.evenkeel.*", "evenkeel.*"]

    /// The file that gets the text.
    package let file: String
    /// In TOML, for the end of the file; empty if nothing is missing.
    package let text: String
}

extension RuntimeClass {
    /// For containerd. `path` is the file, `program` the runtime.
    ///
    /// As soon as the file names one handler, containerd 1.6 and 1.7 know no other, and without the default one they run no pods
    /// at all. So that one is named as well.
    package init(containerd settings: ContainerdSettings, path: String, program: String) {
        file = path
        let handlers = settings.handlers
        var sections: [String] = []
        if settings.all.files.isEmpty { sections.append("version = 2\n") }
        let start = "plugins.\(settings.partForNew.inTOML).containerd.runtimes"
        if !handlers.contains(settings.defaultHandler) {
            sections.append(
                """
                # A file that names a runtime must name the default one, or containerd runs no pods.
                [\(start).\(settings.defaultHandler.inTOML)]
                  runtime_type = "io.containerd.runc.v2"

                """)
        }
        if !handlers.contains(Self.handler) {
            let cgroup = settings.usesSystemdCgroups ? "\n    SystemdCgroup = true" : ""
            let annotations = Self.annotations.map(\.quotedInTOML).joined(separator: ", ")
            sections.append(
                """
                [\(start).\(Self.handler)]
                  runtime_type = "io.containerd.runc.v2"
                  pod_annotations = [\(annotations)]
                  [\(start).\(Self.handler).options]
                    BinaryName = \(program.quotedInTOML)\(cgroup)

                """)
        }
        text = sections.joined(separator: "\n")
    }

    /// For CRI-O, crio.conf(5). It passes all of a pod's annotations.
    package init(crio settings: RuntimeSettings, program: String) {
        file = "/etc/crio/crio.conf.d/evenkeel.conf"
        let handlers = settings.names(below: ["crio", "runtime", "runtimes"])
        text =
            handlers.contains(Self.handler)
            ? ""
            : """
            [crio.runtime.runtimes.\(Self.handler)]
              runtime_path = \(program.quotedInTOML)
              runtime_type = "oci"

            """
    }
}

extension ContainerdSettings {
    /// The name under which a new setting of pods goes into the file.
    var partForNew: String {
        switch version {
        case .some(3...): Self.parts[0]
        case 2: Self.parts[1]
        default: all.files.isEmpty ? Self.parts[1] : Self.parts[2]
        }
    }
}

extension String {
    /// As a part of a dotted key.
    var inTOML: String {
        let isBare =
            !isEmpty
            && unicodeScalars.allSatisfy {
                ($0.isASCII && $0.properties.isAlphabetic) || "0"..."9" ~= $0 || "-_".unicodeScalars.contains($0)
            }
        return isBare ? self : quotedInTOML
    }

    /// As a basic string.
    var quotedInTOML: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return "\"\(text)\""
    }
}
