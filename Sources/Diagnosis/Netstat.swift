import LinuxSystem

/// The counters of a network namespace, `/proc/net/netstat`: pairs of lines, names and numbers, each behind its group's name.
///
/// Held open it can be read again from anywhere.
final class Netstat {
    private static let path = "/proc/thread-self/net/netstat"
    private let file: FileDescriptor

    /// Of the calling thread's network namespace; nil if there are none.
    init?() {
        do { file = try FileDescriptor(opening: Self.path, .read) } catch { return nil }
    }

    /// How many packets a reverse path filter has dropped; nil if the kernel does not say.
    func filteredReversePaths() -> UInt64? {
        do {
            try file.rewind(name: Self.path)
            let text = try file.readAll(limit: 1 << 16, name: Self.path)
            return Self.value("IPReversePathFilter", of: "TcpExt", in: String(decoding: text, as: UTF8.self))
        } catch { return nil }
    }

    /// How many segments with RST the calling thread's network namespace has sent: `/proc/net/snmp`.
    static func resetsSent() -> UInt64? {
        HookInstallation.text(of: "/proc/thread-self/net/snmp").flatMap { value("OutRsts", of: "Tcp", in: $0) }
    }

    /// The counter of that name in a group, such as `IPReversePathFilter` in `TcpExt`.
    static func value(_ name: String, of group: String, in text: String) -> UInt64? {
        let lines = text.split(separator: "\n")
        for (names, numbers) in zip(lines, lines.dropFirst()) where names.hasPrefix("\(group): ") {
            let words = names.split(separator: " ")
            guard let place = words.firstIndex(where: { $0 == name }) else { continue }
            let values = numbers.split(separator: " ")
            return numbers.hasPrefix("\(group): ") && place < values.count ? UInt64(values[place]) : nil
        }
        return nil
    }
}
