import LinuxSystem

/// The counters of a network namespace, `/proc/net/netstat`: for each group a line of names and a line of numbers, both after
/// the group's name.
///
/// The open file stays with its namespace and can be read again from any other.
final class Netstat {
    private static let path = "/proc/thread-self/net/netstat"
    private let file: FileDescriptor

    /// Opens the counters of the calling thread's network namespace; nil if that fails.
    init?() {
        do { file = try FileDescriptor(opening: Self.path, .read) } catch { return nil }
    }

    /// The packets that reverse path filters have dropped; nil if the kernel does not tell.
    func filteredReversePaths() -> UInt64? {
        do {
            try file.rewind(name: Self.path)
            let text = try file.readAll(limit: 1 << 16, name: Self.path)
            return Self.value("IPReversePathFilter", of: "TcpExt", in: String(decoding: text, as: UTF8.self))
        } catch { return nil }
    }

    /// The segments with RST that the calling thread's network namespace has sent, by `/proc/net/snmp`.
    static func resetsSent() -> UInt64? {
        HookInstallation.text(of: "/proc/thread-self/net/snmp").flatMap { value("OutRsts", of: "Tcp", in: $0) }
    }

    /// A group's counter by its name, such as `IPReversePathFilter` in `TcpExt`.
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
