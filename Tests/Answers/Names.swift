import LinuxSystem
import Netlink

/// Names and addresses: which come first, what is printed, what is read.
func names() -> [String] {
    let names = [
        "eth0", "eth1", "eth01", "eth10", "eth2", "a", "A", "", "é", "e\u{301}", "e", "z", "\u{1f6f6}", "eth\u{7f}",
        "\u{9b}1m",
        "\u{202e}txt", "net-0a1b", "99999999999999999999", "\t",
    ]
    let order = names.flatMap { left in
        names.map { right in answer("\(left) before \(right)", "\(isNaturallyOrdered(left, right))") }
    }
    let sorted = answer("in order", names.sorted(by: isNaturallyOrdered).joined(separator: " "))
    return order + [sorted] + names.map { answer("printable \($0)", printable($0)) } + addresses()
}

private func addresses() -> [String] {
    let texts = [
        "10.0.0.1", "010.0.0.1", "10.0.0", "256.0.0.1", "0.0.0.0", "::", "::1", "fd00:0:0:1::", "1:0:0:2:0:0:0:3",
        "fe80::1%eth0",
        "::ffff:10.0.0.1", "1::2::3", "12345::", "2001:DB8::A", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "", "é",
        "10.0.0.1 ",
    ]
    let lengths = ["", "/0", "/8", "/24", "/32", "/33", "/64", "/127", "/128", "/129", "/-1", "/é", "/08", "/"]
    return texts.flatMap { text in
        [answer("address \(text)", IPAddress(text).map { "\($0) \($0.version) \($0.isLoopback)" } ?? "none")]
            + lengths.map { length in
                answer("prefix \(text)\(length)", IPPrefix(text + length).map { "\($0) \($0.isHost)" } ?? "none")
            }
    }
}
