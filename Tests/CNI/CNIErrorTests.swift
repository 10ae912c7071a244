import CNI
import JSON
import Testing

@Suite struct CNIErrorTests {
    @Test func anErrorHasTheSpecificationsShape() {
        let error = CNIError(.invalidNamespace, "it is \"gone\"", details: "make\nanother")
        let text = #"{"cniVersion":"0.4.0","code":8,"msg":"it is \"gone\"","details":"make\nanother"}"#
        #expect(error.answering("0.4.0").json.text() == text)
    }

    @Test func detailsMayBeEmpty() {
        #expect(CNIError(.kernel, "no").json["details"] == .string(""))
    }

    @Test(
        arguments: [
            (CNIError.Code.incompatibleVersion, 1), (.unsupportedField, 2), (.unknownContainer, 3),
            (.invalidEnvironment, 4),
            (.inputOutput, 5), (.decoding, 6), (.invalidConfiguration, 7), (.invalidNamespace, 8), (.tryAgainLater, 11),
            (.notAvailable, 50), (.limitedConnectivity, 51), (.kernel, 100), (.differs, 101), (.crashed, 102),
        ] as [(CNIError.Code, Int64)])
    func codesAreTheSpecificationsAndOursBeginAt100(code: CNIError.Code, number: Int64) {
        #expect(CNIError(code, "").json["code"] == .integer(number))
    }
}
