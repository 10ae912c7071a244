import LinuxSystem

extension Host {
    /// What is to be said because the connection tracking table is nearly full: nil where it is not, or where it was said on
    /// this host within the last minute, however many containers start.
    public func conntrackWarning(_ policy: Policy.Conntrack) -> String? {
        guard let fill = Self.fill, fill.reaches(policy.warnAt), Self.isDue else { return nil }
        let state = fill.isFull ? "is full" : "is nearly full"
        return "the connection tracking table \(state): \(fill.text). From the limit on new connections fail, with "
            + "\"Operation not permitted\" or without a word; see `evenkeel host status`, and size the table with "
            + "`evenkeel host apply`"
    }

    private static var fill: ConntrackFill? {
        do { return try ConntrackFill.observe() } catch { return nil }
    }

    /// Where nobody can remember when it was said last, nobody would be quiet: then nothing is said.
    private static var isDue: Bool {
        do { return try RateLimit.pass("conntrack-warning", in: stateDirectory, seconds: 60) } catch { return false }
    }

    /// What has to be known until the next boot: the host's sysctls before ours, and the time of the last warning.
    package static let stateDirectory = "/run/evenkeel"
}
