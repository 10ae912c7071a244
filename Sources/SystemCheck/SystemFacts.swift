import LinuxSystem

/// What runs the host beside its kernel.
package struct SystemFacts: Hashable, Sendable {
    package enum ControlGroups: Hashable, Sendable {
        case version1
        case version2
        case both
        case none
    }

    package var hasSystemd: Bool
    package var controlGroups: ControlGroups

    package init(hasSystemd: Bool, controlGroups: ControlGroups) {
        (self.hasSystemd, self.controlGroups) = (hasSystemd, controlGroups)
    }

    package static func observe(root: String = "") -> SystemFacts {
        let groups = "\(root)/sys/fs/cgroup"
        let controlGroups: ControlGroups
        if FileStatus.exists("\(groups)/cgroup.controllers") {
            controlGroups = .version2
        } else if FileStatus.exists("\(groups)/memory") || FileStatus.exists("\(groups)/cpu") {
            controlGroups = FileStatus.exists("\(groups)/unified/cgroup.controllers") ? .both : .version1
        } else {
            controlGroups = .none
        }
        // sd_booted(3)
        return SystemFacts(
            hasSystemd: FileStatus.exists("\(root)/run/systemd/system"), controlGroups: controlGroups)
    }

    package var rows: [CheckRow] {
        let groups: CheckRow =
            switch controlGroups {
            case .version2: CheckRow(.system, "control groups", .ok, "version 2")
            case .both: CheckRow(.system, "control groups", .ok, "version 1, with 2 beside it")
            case .version1:
                CheckRow(.system, "control groups", .ok, "version 1", so: "podman 6 and others need version 2")
            case .none:
                CheckRow(
                    .system, "control groups", .limited, "not mounted at /sys/fs/cgroup",
                    so: "engines may not run here")
            }
        let systemd =
            hasSystemd
            ? CheckRow(.system, "systemd", .ok, "runs")
            : CheckRow(
                .system, "systemd", .limited, "does not run this host",
                so: "run `evenkeel host apply` at boot and evenkeel-watch as a service by your own means")
        return [systemd, groups]
    }
}
