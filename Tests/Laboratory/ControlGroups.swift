import Foundation

/// A folder of one name in every hierarchy of control groups, for engines to make theirs below.
///
/// Control groups belong to the machine and not to a namespace, so nothing takes them away by itself. A process of
/// their own does, when this one lets go of a pipe: also when it is killed.
final class ControlGroups {
    let name = "evenkeel-test-" + UUID().uuidString
    private let sweeper: Child
    /// The end of the pipe whose closing sets the sweeper to work.
    private let lifeline: Int32

    init() throws {
        // A group can be removed once its last process has gone, which may be a moment later.
        let script = """
            cat >/dev/null
            for _ in {1..200}; do
                folders=$(find /sys/fs/cgroup -maxdepth 2 -name \(name))
                [[ -n $folders ]] || exit 0
                find $folders -depth -type d -exec rmdir {} \\; 2>/dev/null
                sleep 0.05
            done
            """
        let (waiting, lifeline) = try Child.pipe()
        defer { close(waiting) }
        // A session of its own, or the interrupt from a terminal would end it with the test.
        sweeper = try Child(["setsid", "bash", "-c", script], input: .descriptor(waiting))
        self.lifeline = lifeline
    }

    deinit {
        close(lifeline)
        _ = sweeper.wait()
    }
}
