import LinuxSystem

extension Host {
    /// The warning that the connection tracking table is nearly full. Nil if it is not, or if this host gave the warning within
    /// the last minute, however many containers start.
    public func conntrackWarning(_ policy: Policy.Conntrack) -> String? {
        guard let fill = Self.fill, fill.reaches(policy.warnAt), Self.isDue else { return nil }
        let state = fill.isFull ? "is full" : "is nearly full"
        return "the connection tracking table \(state): \(fill.text). At the limit new connections fail, with "
            + "\"Operation not permitted\" or without a word; see `evenkeel host status`, and size the table with "
            + "`evenkeel host apply`"
    }

    private static var fill: ConntrackFill? {
        do { return try ConntrackFill.observe() } catch { return nil }
    }

    /// If the time of the last warning cannot be stored, every start would warn: then none does.
    private static var isDue: Bool {
        do { return try RateLimit.pass("conntrack-warning", in: RunDirectory.path, seconds: 60) } catch { return false }
    }
}
