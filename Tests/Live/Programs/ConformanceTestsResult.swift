import Foundation
import Testing

/// What ADD prints is what the plugins before it made, but for the default routes that lost.
@Suite struct ConformanceTestsResult {
    private struct Row {
        let title: String
        /// Whose attachment it is: eth0's default routes won, those of eth1 lost.
        let interface: String
        /// Without its version, which comes first.
        let given: String
        /// Nil for the same.
        var printed: String?
    }

    private static let old = ["0.3.0", "0.3.1", "0.4.0"]
    private static let new = ["1.0.0", "1.1.0"]

    /// Addresses with their family, and interfaces by index.
    private static let oldRows = [
        Row(title: "the winner's", interface: "eth0", given: oldForm(1, won)),
        Row(title: "a loser's", interface: "eth1", given: oldForm(2, lost), printed: oldForm(2, "")),
        Row(
            title: "a loser's, with routes of its own", interface: "eth1",
            given: oldForm(2, #"{"dst":"192.0.2.0/24","gw":"10.89.2.1"},"# + lost + #",{"dst":"2001:db8:7::/48"}"#),
            printed: oldForm(2, #"{"dst":"192.0.2.0/24","gw":"10.89.2.1"},{"dst":"2001:db8:7::/48"}"#)),
    ]

    private static let won = #"{"dst":"0.0.0.0/0","gw":"10.89.1.1"},{"dst":"::/0","gw":"fd00:89:1::1"}"#
    private static let lost = #"{"dst":"0.0.0.0/0","gw":"10.89.2.1"},{"dst":"::/0","gw":"fd00:89:2::1"}"#

    private static func oldForm(_ network: Int, _ routes: String) -> String {
        """
        "interfaces":[{"name":"br\(network)","mac":"02:00:00:00:00:01"},{"name":"eth\(network - 1)",\
        "mac":"02:00:00:00:00:03","sandbox":"/run/netns/c"}],\
        "ips":[{"version":"4","interface":1,"address":"10.89.\(network).5/24","gateway":"10.89.\(network).1"},\
        {"version":"6","interface":1,"address":"fd00:89:\(network)::5/64","gateway":"fd00:89:\(network)::1"}],\
        "routes":[\(routes)],"dns":{"nameservers":["10.89.1.1"]}
        """
    }

    /// Routes with all that 1.1.0 knows of them.
    private static let newRows = [
        Row(
            title: "a loser's, of which its other tables' stay", interface: "eth1",
            given: routes(
                full("10.89.2.1", 254), full("10.89.2.1", 100), #"{"dst":"0.0.0.0/0","table":254}"#,
                #"{"dst":"::/0","gw":"fd00:89:2::1","table":7,"scope":0}"#),
            printed: routes(full("10.89.2.1", 100), #"{"dst":"::/0","gw":"fd00:89:2::1","table":7,"scope":0}"#)),
        Row(
            title: "the winner's, in full", interface: "eth0",
            given: routes(full("10.89.1.1", 254), full("10.89.1.1", 100), #"{"dst":"10.0.0.0/8","scope":253}"#)),
    ]

    private static func full(_ gateway: String, _ table: Int) -> String {
        #"{"dst":"0.0.0.0/0","gw":"\#(gateway)","mtu":1400,"advmss":1360,"priority":100,"table":\#(table),"scope":0}"#
    }

    private static func routes(_ routes: String...) -> String { #""routes":[\#(routes.joined(separator: ","))]"# }

    private static let rows = [
        Row(title: "nothing", interface: "eth0", given: ""),
        Row(title: "nothing, of a loser", interface: "eth1", given: ""),
        Row(title: "no routes", interface: "eth1", given: routes()),
        Row(title: "routes that are null", interface: "eth1", given: #""routes":null,"ips":[]"#),
        Row(title: "the winner's defaults", interface: "eth0", given: routes(won)),
        Row(title: "a loser's defaults", interface: "eth1", given: routes(lost), printed: routes()),
        Row(title: "the winner's without a gateway", interface: "eth0", given: routes(#"{"dst":"0.0.0.0/0"}"#)),
        Row(
            title: "a loser's without a gateway", interface: "eth1",
            given: routes(#"{"dst":"::/0"}"#, #"{"dst":"0.0.0.0/0"}"#), printed: routes()),
        Row(
            title: "the winner's, its gateway spelt another way", interface: "eth0",
            given: routes(#"{"dst":"::/0","gw":"FD00:0089:1:0::0:1"}"#)),
        Row(
            title: "a loser's, with what is no default", interface: "eth1",
            given: routes(#"{"dst":"0.0.0.0/1","gw":"10.89.2.1"}"#, lost, #"{"dst":"::/1","gw":"fd00:89:2::1"}"#),
            printed: routes(#"{"dst":"0.0.0.0/1","gw":"10.89.2.1"}"#, #"{"dst":"::/1","gw":"fd00:89:2::1"}"#)),
        Row(title: "what nobody knows, of the winner", interface: "eth0", given: strange(won)),
        Row(title: "what nobody knows, of a loser", interface: "eth1", given: strange(lost), printed: strange("")),
    ]

    /// Members in no order, at every level, with values of every kind.
    private static func strange(_ routes: String) -> String {
        let comma = routes.isEmpty ? "" : ","
        return #"""
            "zeta":null,"alpha":{"z":1,"a":[],"m":{"b":false,"a":true}},"ips":[{"zeta":{},"address":"10.89.1.5/24"}],\#
            "numbers":[0,-1,2.5,0.1,-0.25,4294967296,9007199254740993,9223372036854775807,-9223372036854775808],\#
            "routes":[\#(routes)\#(comma){"zeta":"é","gw":"10.89.1.9","dst":"192.0.2.0/24","alpha":[null]}],\#
            "text":["","\"\\\n\t\u0001","é €","🛶"," a : { , } "],"dns":{},"interfaces":[],"otherRoutes":[\#(lost)]
            """#
    }

    @Test func whatTheOthersMadeComesOutButForLostDefaults() throws {
        let both = Self.rows.flatMap { row in Verb.spoken.map { (row, $0) } }
        let ofOld = Self.oldRows.flatMap { row in Self.old.map { (row, $0) } }
        let ofNew = Self.newRows.flatMap { row in Self.new.map { (row, $0) } }
        try Conformance().expect((both + ofOld + ofNew).map { Self.request($0.0, $0.1) })
    }

    private static func request(_ row: Row, _ version: String) -> ConformanceCase {
        let inVersion = { (members: String) in
            "{\"cniVersion\":\"\(version)\"" + (members.isEmpty ? "" : ",") + members + "}"
        }
        let given = inVersion(row.given)
        return ConformanceRow(
            row.title, versions: [version], environment: ["CNI_IFNAME": row.interface],
            configuration: ["prevResult": given], answers: "- ok"
        ).cases[0].printing(inVersion(row.printed ?? row.given))
    }

    @Test func aResultWithoutAVersionGetsTheRequests() throws {
        let conformance = try Conformance()
        let given = #"{"dns":{},"routes":[{"dst":"0.0.0.0/0","gw":"10.89.1.1"}],"zeta":1}"#
        let cases = Verb.spoken.flatMap { version in
            ConformanceRow("no version", versions: [version], configuration: ["prevResult": given], answers: "- ok")
                .cases
        }
        for (asked, outcome) in zip(cases, try conformance.outcomes(cases)) {
            var printed = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any], "\(asked.title)")
            let version = try JSONSerialization.jsonObject(with: Data(asked.input.utf8)) as? [String: Any]
            #expect(printed["cniVersion"] as? String == version?["cniVersion"] as? String, "\(asked.title)")
            printed["cniVersion"] = nil
            let rest = try JSONSerialization.jsonObject(with: Data(given.utf8)) as? NSDictionary
            #expect(rest?.isEqual(printed) == true, "\(asked.title)")
        }
    }
}
