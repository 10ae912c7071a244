import LinuxSystem

/// What the kernel refused, in words. The sentence of an errno is the C library's, and only of these the same in both.
func errors() -> [String] {
    let alike: [Errno] = [
        .notPermitted, .noEntry, .noSuchProcess, .brokenPipe, .accessDenied, .exists, .noDevice,
        .invalid, .readOnly,
    ]
    return alike.flatMap { errno in
        [nil, "Nexthop has invalid gateway", "é\u{1b}"].map { explanation in
            let error = KernelError("add default via 10.0.0.1 dev é", errno, explanation: explanation, batchIndex: 3)
            let other = error.attempting("set rp_filter of eth0 to 2")
            return answer("\(errno.rawValue)", "\(error) \(other.description) \(error.advice ?? "")")
        }
    }
        + (-1...140).map { number in
            // From the symbol on.
            let words = "\(Errno(rawValue: Int32(number)))".utf8
            let symbol = words.lastIndex(of: UInt8(ascii: "(")).map { words[$0...] } ?? words[...]
            return answer("errno \(number)", String(decoding: symbol, as: UTF8.self))
        }
}
