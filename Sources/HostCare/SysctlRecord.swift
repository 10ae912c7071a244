import Keel
import LinuxSystem
import LinuxTools

/// The values of the host's sysctls before our first change since boot: `/run/evenkeel/sysctls`. A line holds the path, the
/// earlier number, the number that was set and, while a run is setting it, the number that it replaces.
struct SysctlRecord: ~Copyable {
    private let state: StateDirectory
    private let lock: Lock
    private(set) var entries: [Entry]
    private static let name = "sysctls"
    /// How long another run is waited for, in milliseconds; each takes a few.
    private static let patience: UInt32 = 5000

    /// Reads the record and locks it for as long as this value lives.
    init() throws(KernelError) {
        do throws(KernelError) {
            let state = try StateDirectory(RunDirectory.path)
            let lock = try Lock(.sysctls)
            guard lock.take(milliseconds: Self.patience) else {
                throw KernelError("lock \(Lock.Subject.sysctls.rawValue)", .busy, explanation: "another run holds it")
            }
            let text = try state.text(of: Self.name)
            self.state = state
            self.lock = lock
            entries = Self.entries(in: text ?? "")
        } catch { throw error.ofRecord }
    }

    /// The entries as they stand, without waiting for the lock; empty if there is no record.
    static func recorded() throws(KernelError) -> [Entry] {
        let path = "\(RunDirectory.path)/\(name)"
        do {
            return entries(in: try FileDescriptor.text(of: path, limit: 1 << 16))
        } catch {
            if error.errno == .noEntry { return [] }
            throw error
        }
    }

    /// Forgets the sysctls that have their earlier value again, whoever restored it.
    static func forgetRestored() throws(KernelError) {
        guard try !recorded().isEmpty else { return }
        var record = try SysctlRecord()
        for entry in record.entries where entry.return(to: nil) == .needless { try record.forget(entry.sysctl) }
    }

    /// Parses the record. Lines of another form are left out.
    static func entries(in text: String) -> [Entry] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            let applied = words.dropFirst(2).compactMap { Int($0) }
            guard (3...4).contains(words.count), words[0].hasPrefix("/proc/sys/"), let before = Int(words[1]),
                applied.count == words.count - 2
            else { return nil }
            return Entry(sysctl: Sysctl(String(words[0].dropFirst(10))), before: before, applied: applied)
        }
    }

    func entry(of sysctl: Sysctl) -> Entry? { entries.first { $0.sysctl == sysctl } }

    /// Sets a sysctl and records its value before our first change. False if another run has raised it as far meanwhile.
    ///
    /// The record is written first: if the run is killed before the sysctl is set, the record still holds.
    mutating func set(_ sysctl: Sysctl, to value: Int) throws(KernelError) -> Bool {
        let present = try sysctl.read()
        if sysctl.isNeverLowered, present >= value || present == 0 { return false }
        let former = entry(of: sysctl)
        let ours = former.flatMap { $0.applied.contains(present) ? $0 : nil }
        // If somebody set it after us, their value is the one to restore.
        let before = ours?.before ?? present
        let isNew = ours == nil || present == value
        try replace(
            sysctl, with: Entry(sysctl: sysctl, before: before, applied: isNew ? [value] : [value, present]))
        do { try sysctl.write(value) } catch {
            try replace(sysctl, with: former)
            throw error
        }
        if !isNew { try replace(sysctl, with: Entry(sysctl: sysctl, before: before, applied: [value])) }
        return true
    }

    /// Restores the earlier value and forgets it; false if another run or somebody else was faster.
    mutating func restore(_ sysctl: Sysctl) throws(KernelError) -> Bool {
        guard let entry = entry(of: sysctl), entry.applied.contains(try sysctl.read()) else { return false }
        try sysctl.write(entry.before)
        try forget(sysctl)
        return true
    }

    mutating func forget(_ sysctl: Sysctl) throws(KernelError) {
        if entry(of: sysctl) != nil { try replace(sysctl, with: nil) }
    }

    private mutating func replace(_ sysctl: Sysctl, with entry: Entry?) throws(KernelError) {
        entries.removeAll { $0.sysctl == sysctl }
        if let entry { entries.append(entry) }
        try save()
    }

    private func save() throws(KernelError) {
        do throws(KernelError) {
            if entries.isEmpty { return try state.remove(Self.name) }
            let text = entries.map { entry in
                let numbers = [entry.before] + entry.applied
                return entry.sysctl.path + numbers.map { " \($0)" }.joined() + "\n"
            }
            try state.put(text.joined(), in: Self.name)
        } catch { throw error.ofRecord }
    }
}

extension SysctlRecord {
    /// One sysctl.
    struct Entry: Hashable {
        let sysctl: Sysctl
        let before: Int
        /// The number set last, then the number that an unfinished run may have left in place.
        let applied: [Int]

        /// Whether it can get its earlier value.
        enum Return: Hashable {
            case needless
            case possible
            case impossible(String)
        }

        func `return`(to conntrack: ConntrackSnapshot?) -> Return {
            let present: Int
            do { present = try sysctl.read() } catch { return .impossible(error.description) }
            return `return`(from: present, conntrack)
        }

        func `return`(from present: Int, _ conntrack: ConntrackSnapshot?) -> Return {
            if present == before { return .needless }
            guard applied.contains(present) else {
                return .impossible(
                    "\(sysctl.name) stays \(present): it was set to \(applied[0]), and somebody changed it since")
            }
            if sysctl == .conntrackMax, let entries = conntrack?.entries, before > 0, entries > before {
                return .impossible(
                    "\(sysctl.name) stays \(present): the table has \(entries) entries, more than the earlier limit \(before)"
                )
            }
            return .possible
        }

        var restoration: Change {
            let remedy = sysctl == .beLiberal ? Remedy.invalid : .conntrack
            return Change(
                remedy, .restore, "\(sysctl.name) to \(before), as it was (it is \(applied[0]))", .set(sysctl, before))
        }
    }
}

extension Sysctl {
    fileprivate var isNeverLowered: Bool { self == .conntrackMax || self == .conntrackBuckets }
}

extension KernelError {
    /// Moves the attempt on the record into the explanation: the caller reports its own attempt to set a sysctl.
    fileprivate var ofRecord: KernelError {
        let reason = explanation.map { ": \($0)" } ?? ""
        return KernelError(
            attempt, errno, explanation: "failed to \(attempt), which records the sysctls' earlier values\(reason)")
    }
}
