import Laboratory
import LinuxSystem
import Testing

@testable import Netlink

/// Names are bytes, as the kernel has them.
@Suite struct InterfaceNameTests {
    private func name(_ bytes: [UInt8]) -> InterfaceName? { bytes.withUnsafeBytes { InterfaceName(bytes: $0) } }

    @Test func oneTo15BytesAreAName() {
        #expect(name([]) == nil && name([0, 65]) == nil && InterfaceName(text: "") == nil)
        #expect(name([UInt8](repeating: 65, count: 15))?.text == "AAAAAAAAAAAAAAA")
        #expect(name([UInt8](repeating: 65, count: 16)) == nil && InterfaceName(text: "a234567890123456") == nil)
        #expect(name([101, 0, 65])?.text == "e", "up to the first NUL")
        #expect(InterfaceName(text: "a\0b") == nil)
    }

    @Test func namesAreEqualWhenTheirBytesAre() {
        let composed = InterfaceName(text: "\u{e9}")
        let decomposed = InterfaceName(text: "e\u{301}")
        #expect(composed != decomposed && "\u{e9}" == "e\u{301}")
        #expect(Set([composed, decomposed, InterfaceName(text: "\u{e9}")]).count == 2)
        #expect(name([0xff]) != name([0xfe]), "though people see the same")
    }

    @Test func whatATerminalWouldObeyIsNotShown() throws {
        let wild = try #require(name([0x1b, 0x5b, 0xff, 0x41]))
        #expect("\(wild)" == "?[\u{fffd}A")
        #expect(wild.bytes == [0x1b, 0x5b, 0xff, 0x41])
    }

    @Test func theOrderIsThatOfTheBytesWithNumbersAsNumbers() {
        let sorted = (["eth10", "eth2", "a", "eth02"] as [InterfaceName]).sorted(by: isNaturallyOrdered)
        #expect(sorted == ["a", "eth2", "eth02", "eth10"])
    }

    @Test(arguments: ["eth0", "eth0.5", "a.b.c", "all", "default", "...", "veth@1", "with space", "\u{e9}", "-"])
    func aSysctlsFolderIsOnePathComponent(name: String) throws {
        let interface = try #require(InterfaceName(text: name))
        let sysctl = Sysctl(family: "ipv4", interface: interface, "rp_filter")
        #expect(sysctl?.path == "/proc/sys/net/ipv4/conf/\(name)/rp_filter")
        #expect(interface.withBytes { sysctl?.isIn(folder: $0) } == true)
        #expect(("eth1" as InterfaceName).withBytes { sysctl?.isIn(folder: $0) } == false)
    }

    @Test(arguments: [".", "..", "/", "a/b", "../all", "eth0/", "/etc"])
    func aNameThatWouldLeadElsewhereHasNoSysctl(name: String) throws {
        let interface = try #require(InterfaceName(text: name))
        #expect(Sysctl(family: "ipv4", interface: interface, "rp_filter") == nil)
        #expect(Sysctl(family: "ipv6", interface: interface, "accept_ra") == nil)
    }

    @Test func anInterfaceWhoseNameIsNoTextIsFoundAndItsSysctlWritten() throws {
        let (found, value) = try inNamespace {
            try shell("ip link add $'e\\377' type veth peer name other")
            var socket = try Socket(.route)
            let links = try socket.links()
            let link = try #require(links.first { $0.name.bytes == [0x65, 0xff] })
            let sysctl = try #require(Sysctl(family: "ipv4", interface: link.name, "rp_filter"))
            try sysctl.write(2)
            return (try socket.link(name: link.name)?.index == link.index, try sysctl.read())
        }
        #expect(found && value == 2)
    }
}
