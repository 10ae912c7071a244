import Keel
public import LinuxSystem

/// The counters of connection tracking since the network namespace was made, summed over all processors:
/// `/proc/net/stat/nf_conntrack`. Each processor's counters have 32 bits and wrap around.
public struct ConntrackStatistics: Hashable, Sendable {
    /// Packets that belong to no connection and begin none.
    public var invalid = 0
    /// Entries that could not be inserted, most often because two packets of one new flow raced.
    public var insertFailed = 0
    /// Packets dropped: no room for their flow, or not inserted.
    public var drop = 0
    /// Unanswered flows that were evicted to make room.
    public var earlyDrop = 0
    /// Look-ups restarted because the hash table was resized or its chains moved meanwhile.
    public var searchRestart = 0

    public init() {}

    /// Nil while connection tracking is not loaded.
    public static func observe() throws(KernelError) -> ConntrackStatistics? {
        let path = "/proc/thread-self/net/stat/nf_conntrack"
        do {
            return ConntrackStatistics(try FileDescriptor.text(of: path, limit: 1 << 20))
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }

    /// Parses the file: a line of names, then a line of hexadecimal numbers for each processor.
    init(_ text: String) {
        var lines = text.split(separator: "\n")[...]
        let names = lines.popFirst()?.split(separator: " ").map { String($0) } ?? []
        for line in lines {
            for (name, word) in zip(names, line.split(separator: " ")) {
                guard let number = Int(word, radix: 16) else { continue }
                switch name {
                case "invalid": invalid += number
                case "insert_failed": insertFailed += number
                case "drop": drop += number
                case "early_drop": earlyDrop += number
                case "search_restart": searchRestart += number
                default: break
                }
            }
        }
    }
}
