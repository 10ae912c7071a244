import CKernel
import LinuxSystem

@testable import Firewall
@testable import HostCare
@testable import Netlink

// Messages that this package composes, of values that the input chooses.

extension FuzzTarget {
    static let requests = FuzzTarget(name: "netlink-requests", input: "the values of a route and of a rule") { input in
        var choices = Choices(input)
        requireRecomposed(route(&choices))
        requireRecomposed(rule(&choices))
    }

    private static func route(_ choices: inout Choices) -> Route {
        var route = Route(
            choices.one(of: IPVersion.allCases), table: choices.number(), metric: choices.number(), nextHops: [])
        route.typeOfService = choices.byte()
        route.type = choices.byte()
        route.scope = choices.byte()
        route.protocol = choices.byte()
        if choices.flag() { route.preferredSource = address(&choices) }
        if choices.flag() { route.metrics = nonEmpty(choices.bytes()) }
        if choices.flag() { route.preference = choices.byte() }
        if choices.flag() { route.nextHopObject = choices.number() }
        for _ in 0...choices.byte() % 8 { route.nextHops.append(hop(&choices)) }
        return route
    }

    private static func hop(_ choices: inout Choices) -> NextHop {
        var hop = NextHop(interface: choices.number(), gateway: choices.flag() ? address(&choices) : nil)
        if choices.flag() { hop.via = choices.bytes() }
        if choices.flag() { hop.realms = choices.number() }
        if choices.flag() { hop.encapsulation = .init(type: choices.number(), parameters: choices.bytes()) }
        hop.isOnLink = choices.flag()
        hop.hops = choices.byte()
        return hop
    }

    private static func rule(_ choices: inout Choices) -> PolicyRule {
        var rule = PolicyRule(
            choices.one(of: IPVersion.allCases), priority: choices.number(), table: choices.number(),
            protocol: choices.byte())
        if choices.flag() { rule.source = address(&choices).flatMap { IPPrefix($0, length: choices.byte()) } }
        if choices.flag() { rule.inputInterface = name(&choices) }
        if choices.flag() { rule.outputInterface = name(&choices) }
        if choices.flag() { rule.suppressedPrefixLength = Int32(choices.number(UInt32.self) >> 1) }
        if choices.flag() { rule.suppressedGroup = choices.number(UInt32.self) >> 1 }
        return rule
    }

    private static func address(_ choices: inout Choices) -> IPAddress? {
        let bytes = choices.take(choices.flag() ? 16 : 4)
        return bytes.withUnsafeBytes { IPAddress(bytes: $0) }
    }

    private static func name(_ choices: inout Choices) -> InterfaceName? {
        choices.bytes().withUnsafeBytes { InterfaceName(bytes: $0) }
    }

    private static func nonEmpty(_ bytes: [UInt8]) -> [UInt8]? { bytes.isEmpty ? nil : bytes }

    /// Rules of ours, as one transaction: its messages follow each other, and the rules' comments can be read.
    static let firewall = FuzzTarget(name: "firewall", input: "the names and rules of nftables tables of ours") {
        input in
        var choices = Choices(input)
        var commands: [Command] = []
        while !choices.isOver, commands.count < 64 { commands.append(command(&choices)) }
        let batch = reading { () throws(KernelError) in
            try Batch(commands, generation: 7, sequence: .max - 2, "test")
        }
        guard case .success(let batch) = batch else { return }
        withMessages(batch.bytes) { messages in
            require(messages.count == commands.count + 2, "\(messages.count) messages for \(commands.count) commands")
            for (place, message) in messages.enumerated() {
                require(message.sequence == UInt32.max &- 2 &+ UInt32(place), "message \(place) has another number")
            }
            for (command, message) in zip(commands, messages.dropFirst()) {
                guard case .addRule(let rule) = command else { continue }
                let listed = CountedRule(message)
                require(listed?.chain == cString(rule.chain.name), "a rule of another chain")
                // Shorter comments alone are whole, and the kernel's listing has what stands before a NUL.
                guard !rule.comment.isEmpty, rule.comment.utf8.count < 255 else { continue }
                require(listed?.comment == cString(rule.comment), "a rule of another comment")
            }
        }
    }

    private static func cString(_ text: String) -> String {
        String(decoding: text.utf8.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func command(_ choices: inout Choices) -> Command {
        let table = Table(choices.one(of: IPVersion.allCases), choices.text())
        let names = InterfaceSet(table, choices.text())
        let segments = SegmentSet(table, "s", seconds: choices.number(UInt32.self) >> 16, size: choices.number())
        let chain = Chain(
            table, choices.text(), choices.one(of: [.prerouting, .input, .forward, .output]),
            priority: Int32(bitPattern: choices.number()))
        switch choices.byte() % 9 {
        case 0: return .addTable(table)
        case 1: return .deleteTable(table)
        case 2: return .addChain(chain, exclusive: choices.flag())
        case 3: return .flushChain(chain)
        case 4: return .addSet(names)
        case 5: return .addSegments(segments)
        case 6: return .addElements(names, (0...choices.byte()).compactMap { _ in name(&choices) })
        case 7: return .deleteElements(names, (0...choices.byte()).compactMap { _ in name(&choices) })
        default:
            let all: [Expression] = [
                .inputInterfaceIsNot("lo"), .inputInterfaceIn(names), .outputInterfaceIsNot("lo"),
                .outputInterfaceNotIn(names), .isTCP, .isInvalid, .closesConnection, .isNoReset, .isInMidstream,
                .isBareReset, .hasBoundSocket, .isFromThisHost, .isRoutedBack, .remember(segments),
                .isRemembered(segments), .answersRemembered(segments), .counter, .accept, .drop,
            ]
            return .addRule(
                Rule(
                    chain, (0..<choices.byte() % 64).map { _ in choices.one(of: all) }, comment: choices.text()))
        }
    }

    static let composed = [requests, firewall]
}
