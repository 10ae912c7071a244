import LinuxSystem

/// A token bucket: so many at once, then one each so many nanoseconds.
struct Allowance {
    private let burst: UInt64
    private let each: UInt64
    /// The time up to which it is used up, minus the burst.
    private var spent: UInt64

    init(burst: UInt64, each: UInt64, at now: UInt64) {
        (self.burst, self.each) = (burst, each)
        spent = now > burst * each ? now - burst * each : 0
    }

    /// Takes one; or returns when there is one, in the same clock's nanoseconds.
    mutating func take(at now: UInt64) -> UInt64? {
        let oldest = now > burst * each ? now - burst * each : 0
        let start = max(spent, oldest)
        guard start + each <= now else { return start + each }
        spent = start + each
        return nil
    }
}

/// How often one container may be changed. Two programs that disagree would go on for ever.
struct RemedyBudget {
    /// What was done within the last ten seconds: a change's text as a number, and when.
    private var recent: [(change: UInt64, time: UInt64)] = []
    private(set) var contestedUntil: UInt64 = 0
    private(set) var contestedSince: UInt64 = 0
    private(set) var contestedChange = ""
    /// The indexes of the container's interfaces at the last look.
    private var interfaces: [UInt32] = []
    /// How long the next contest lasts; doubled each time.
    private var length = shortest
    private var allowance: Allowance?

    private static let (shortest, longest) = (60 * Clock.second, 3600 * Clock.second)
    /// So many times the same within ten seconds.
    private static let (most, window) = (5, 10 * Clock.second)

    func isContested(at now: UInt64) -> Bool { now < contestedUntil }

    /// Notes the indexes of the container's interfaces. Where they are others than before, an engine is at work and nobody undoes
    /// anything: counting begins anew. How often a container is looked at is limited elsewhere.
    mutating func note(interfaces: [UInt32]) {
        // An interface that comes back has another index.
        guard interfaces != self.interfaces else { return }
        self.interfaces = interfaces
        begin()
    }

    /// Counts anew: what is planned depends on something that has changed, and nobody undoes anything.
    mutating func begin() {
        recent = []
        allowance = nil
    }

    /// Notes changes that were made. Returns the change that another program keeps undoing, once a contest begins.
    mutating func note(_ changes: [String], at now: UInt64) -> String? {
        recent.removeAll { $0.time + Self.window < now }
        if allowance == nil { allowance = Allowance(burst: 20, each: Clock.second, at: now) }
        var disputed = allowance?.take(at: now) == nil ? nil : changes.first
        for change in changes {
            let number = Self.hash(change)
            // More than any plan has: an address space of rules would otherwise be remembered.
            if recent.count < 512 { recent.append((number, now)) }
            if recent.count(where: { $0.change == number }) >= Self.most { disputed = change }
        }
        guard let disputed else { return nil }
        // A contest after a long quiet is a new one.
        if now > contestedUntil + Self.longest { length = Self.shortest }
        (contestedSince, contestedUntil, contestedChange) = (now, now + length, disputed)
        length = min(2 * length, Self.longest)
        recent = []
        return disputed
    }

    /// FNV-1a. A collision would only begin a contest too early.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
