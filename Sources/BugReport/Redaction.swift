package import JSON
import LinuxSystem
import Netlink

/// Replaces addresses and names in texts, each by the same everywhere.
package struct Redaction: Sendable {
    /// What a name is a name of; the replacement begins with it.
    package enum Kind: String, CaseIterable, Sendable {
        case container
        case network
        case interface = "if"
        case host
        case user
        case word
    }

    private struct Name: Sendable {
        let bytes: [UInt8]
        let replacement: [UInt8]
    }

    /// By their first word, the longest first.
    private var names: [[UInt8]: [Name]] = [:]
    private var known: Set<String> = []
    private var counts: [Kind: Int] = [:]
    private var macs: [HardwareAddress: Int] = [:]
    private let addresses = CoveredAddresses()

    package init() {}

    /// The names that engines and the kernel give by themselves: they tell nothing, and stand for other things as well.
    private static let untelling: Set<String> = [
        "", "podman", "docker", "bridge", "host", "none", "default", "lo", "ingress", "localhost", "root", "ip", "ip6",
    ]

    /// Has a name replaced, wherever it stands as a word or a part of one that is set off by other signs than letters and digits.
    package mutating func hide(_ name: String, _ kind: Kind) {
        guard !Self.untelling.contains(name), known.insert(name).inserted else { return }
        if kind == .interface && Self.isOrdinary(interface: name) { return }
        counts[kind, default: 0] += 1
        put(name, "\(kind.rawValue)\(counts[kind] ?? 0)")
    }

    /// Has a container's id replaced, whole and shortened as engines print it.
    package mutating func hide(id: String) {
        guard known.insert(id).inserted else { return }
        counts[.container, default: 0] += 1
        let replacement = "id\(counts[.container] ?? 0)"
        put(id, replacement)
        if id.utf8.count > 12 { put(String(id.prefix(12)), replacement) }
    }

    private mutating func put(_ name: String, _ replacement: String) {
        let bytes = Array(name.utf8)
        let word = Array(bytes.prefix { Self.isWord($0) })
        names[word, default: []].append(Name(bytes: bytes, replacement: Array(replacement.utf8)))
        names[word]?.sort { $0.bytes.count > $1.bytes.count }
    }

    /// The stems of names that the kernel, systemd and engines number. systemd's `enx` goes on with a hardware address.
    private static let stems = [
        "lo", "eth", "eno", "ens", "enp", "enP", "wlan", "wlp", "docker", "podman", "cni-podman", "cni", "br-", "veth",
        "virbr",
        "wg", "tun", "tap", "ppp", "bond", "dummy", "sit", "gre", "ip6tnl", "tunl", "erspan", "gretap", "flannel",
        "cali", "kube-ipvs",
    ]

    /// The stems that engines put at least seven digits of base 16 behind.
    private static let stemsOfHashes = ["br-", "veth", "cali", "tap"]

    /// Whether an interface's name is a stem with a number, which may have signs in it as in `enp3s0f1` or `eth0.7`: not `br-nasa`.
    private static func isOrdinary(interface name: String) -> Bool {
        let rest = { (stem: String) in name.hasPrefix(stem) ? Array(name.utf8.dropFirst(stem.utf8.count)) : nil }
        let isHashed = stemsOfHashes.compactMap(rest).contains { $0.count >= 7 && $0.allSatisfy(isHexadecimal) }
        return isHashed
            || stems.compactMap(rest).contains { bytes in
                guard let first = bytes.first else { return true }
                return isDecimal(first) && bytes.allSatisfy { isDecimal($0) || "abcdefsnpv.".utf8.contains($0) }
            }
    }

    private static func isDecimal(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }

    static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    /// The text with everything replaced.
    package mutating func redact(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let isStart = place == 0 || !Self.isWord(bytes[place - 1])
            if isStart, let (length, replacement) = address(bytes[place...]) {
                result += replacement
                place += length
            } else if isStart, let name = name(bytes[place...]) {
                result += name.replacement
                place += name.bytes.count
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The value with every text in it replaced; the names of members stay.
    package mutating func redact(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): return .string(redact(text))
        case .array(let elements): return .array(elements.map { redact($0) })
        case .object(let members): return .object(members.map { JSON.Member($0.name, redact($0.value)) })
        default: return json
        }
    }

    private func name(_ bytes: ArraySlice<UInt8>) -> Name? {
        guard let candidates = names[Array(bytes.prefix { Self.isWord($0) })] else { return nil }
        return candidates.first { name in
            guard bytes.starts(with: name.bytes) else { return false }
            let next = bytes.dropFirst(name.bytes.count).first
            return next == nil || name.bytes.last.map { !Self.isWord($0) } ?? true || !Self.isWord(next ?? 0)
        }
    }
}

extension Redaction {
    private static func isAddress(_ byte: UInt8) -> Bool {
        isHexadecimal(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    }

    /// The address at the beginning: its length there, and its replacement. A prefix length that follows belongs to it.
    private mutating func address(_ bytes: ArraySlice<UInt8>) -> (length: Int, replacement: [UInt8])? {
        // The longest address of version 6 with one of version 4 at its end, and a byte more.
        var run = bytes.prefix(46).prefix { Self.isAddress($0) }
        guard run.contains(UInt8(ascii: ".")) || run.contains(UInt8(ascii: ":")) else { return nil }
        if run.contains(UInt8(ascii: ".")), let colon = run.firstIndex(of: UInt8(ascii: ":")),
            run[..<colon].contains(UInt8(ascii: "."))
        {
            // A port follows.
            run = run[..<colon]
        }
        while !run.isEmpty {
            let text = String(decoding: run, as: UTF8.self)
            if let mac = HardwareAddress(text) { return (run.count, Array(replacement(of: mac).utf8)) }
            if let address = IPAddress(text) {
                return (run.count, Array("\(cover(address, bytes.dropFirst(run.count)))".utf8))
            }
            guard let last = run.last, last == UInt8(ascii: ".") || last == UInt8(ascii: ":") else { return nil }
            run = run.dropLast()
        }
        return nil
    }

    private func cover(_ address: IPAddress, _ rest: ArraySlice<UInt8>) -> IPAddress {
        guard rest.first == UInt8(ascii: "/") else { return addresses.cover(address) }
        let digits = rest.dropFirst().prefix(3).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let length = UInt8(String(decoding: digits, as: UTF8.self)), length <= address.version.bits else {
            return addresses.cover(address)
        }
        return addresses.cover(address, length: length)
    }

    /// Of the range that everybody may give away, numbered by when they came. Those of all zeros and all ones tell nothing.
    private mutating func replacement(of mac: HardwareAddress) -> String {
        if ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"].contains(where: { HardwareAddress($0) == mac }) {
            return mac.text
        }
        let number = macs[mac] ?? macs.count + 1
        macs[mac] = number
        let digits = String(number, radix: 16)
        let six = Array(String(repeating: "0", count: max(6 - digits.count, 0)) + digits)
        return "02:00:00:" + [0, 2, 4].map { String(six[$0..<$0 + 2]) }.joined(separator: ":")
    }
}
