import JSON
import Testing

@Suite struct NumberTests {
    @Test(arguments: [
        "1e300", "1E+2", "0.1", "-0.0", "-0", "1.0", "1.50", "100000000000000000000", "9223372036854775808",
        "-9223372036854775809", "0.30000000000000000000000000000000000000000000000004", "1e-400", "1e309", "-1e400",
        "0e0", "5E-324",
    ])
    func aNumberIsKeptAsItIsWritten(text: String) throws {
        let value = try parse("[\(text)]")
        #expect(value.text() == "[\(text)]")
        #expect(value.elements?.first == JSON.Number(text).map { .number($0) })
    }

    @Test(arguments: [
        ("0", 0), ("7", 7), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min), ("-0", 0),
        ("1000000000000000000", 1_000_000_000_000_000_000),
    ])
    func anIntegerOf64BitsIsOne(text: String, value: Int64) throws {
        #expect(try parse(text).integer == value && parse(text).text() == text)
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "1.0", "1e2", "99999999999999999999999"])
    func whatIsNoIntegerOf64BitsIsNotRounded(text: String) throws {
        #expect(try parse(text).integer == nil && parse(text).kind == "a number")
    }

    @Test(arguments: [
        ("1e300", 1e300), ("1E+2", 100), ("0.1", 0.1), ("-0.0", -0.0), ("-0e0", -0.0), ("1e-400", 0), ("100.0", 100),
        ("4.9406564584124654e-324", .leastNonzeroMagnitude), ("0.1000000000000000055511151231257827", 0.1), ("7", 7),
    ])
    func itsValueIsTheNearestDouble(text: String, value: Double) throws {
        #expect(try parse(text).real?.bitPattern == value.bitPattern)
    }

    @Test(arguments: ["1e309", "-1e400", "1e999"]) func beyondTheGreatestDoubleThereIsNoValue(text: String) throws {
        #expect(try parse(text).real == nil)
    }

    @Test(arguments: ["", " ", "a", "1 2", "01", "\"1\"", "[]", "7", "-7"])
    func textThatNeedsNoKeepingMakesNone(text: String) {
        #expect(JSON.Number(text) == nil)
    }
}
