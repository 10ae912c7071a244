import Testing

@testable import Metrics

/// The numbers and how they are written.
@Suite struct ExpositionTests {
    @Test func durationsFallIntoBuckets() {
        var histogram = Histogram()
        for microseconds: UInt64 in [0, 100, 101, 200, 4999, 100_000, 100_001] {
            histogram.note(nanoseconds: microseconds * 1000)
        }
        histogram.note(nanoseconds: 100_001)
        #expect(histogram.counts == [2, 3, 0, 0, 0, 1, 0, 1, 1])
        #expect(histogram.total == 8 && histogram.sum == 205_501_001)
    }

    @Test func theBoundOfAShareIsItsBuckets() {
        var histogram = Histogram()
        #expect(histogram.bound(of: 0.5) == nil)
        for _ in 0..<98 { histogram.note(nanoseconds: 150_000) }
        #expect(histogram.bound(of: 0.5) == 200 && histogram.bound(of: 0.99) == 200)
        for _ in 0..<2 { histogram.note(nanoseconds: 7_000_000) }
        #expect(histogram.bound(of: 0.5) == 200 && histogram.bound(of: 0.99) == 10_000)
        for _ in 0..<2 { histogram.note(nanoseconds: 700_000_000) }
        #expect(histogram.bound(of: 0.99) == nil, "beyond the last bound nothing is known")
    }

    private func sample(_ format: Exposition.Format) -> String {
        var histogram = Histogram()
        for microseconds: UInt64 in [50, 60, 3000, 200_000] { histogram.note(nanoseconds: microseconds * 1000) }
        var text = Exposition(format)
        text.gauge("g", "A gauge.", "state", [("kept", "3")])
        text.counter("c", "A counter.", nil, [("", 7)])
        text.counter("d", "By name.", "program", [("a\"b\\c\nd", 1)])
        text.counter("e", "By two.", [([("family", "ip"), ("chain", "x")], 2)])
        text.histogram("h_seconds", "Durations.", histogram)
        return text.result
    }

    @Test func prometheusNamesACounterByItsSamples() {
        #expect(
            sample(.prometheus) == #"""
                # HELP g A gauge.
                # TYPE g gauge
                g{state="kept"} 3
                # HELP c_total A counter.
                # TYPE c_total counter
                c_total 7
                # HELP d_total By name.
                # TYPE d_total counter
                d_total{program="a\"b\\c\nd"} 1
                # HELP e_total By two.
                # TYPE e_total counter
                e_total{family="ip",chain="x"} 2
                # HELP h_seconds Durations.
                # TYPE h_seconds histogram
                h_seconds_bucket{le="0.0001"} 2
                h_seconds_bucket{le="0.0002"} 2
                h_seconds_bucket{le="0.0005"} 2
                h_seconds_bucket{le="0.001"} 2
                h_seconds_bucket{le="0.002"} 2
                h_seconds_bucket{le="0.005"} 3
                h_seconds_bucket{le="0.01"} 3
                h_seconds_bucket{le="0.1"} 3
                h_seconds_bucket{le="+Inf"} 4
                h_seconds_sum 0.20311
                h_seconds_count 4

                """#)
    }

    @Test func openMetricsNamesTheFamilyAndHasAnEnd() {
        let expected = sample(.prometheus)
            .replacing("# HELP c_total", with: "# HELP c").replacing("# TYPE c_total", with: "# TYPE c")
            .replacing("# HELP d_total", with: "# HELP d").replacing("# TYPE d_total", with: "# TYPE d")
            .replacing("# HELP e_total", with: "# HELP e").replacing("# TYPE e_total", with: "# TYPE e")
        #expect(sample(.openMetrics) == expected + "# EOF\n")
    }

    @Test func millionthsAreDecimalFractions() {
        let texts = [0, 1, 200, 999_999, 1_000_000, 1_500_000, 12_000_001].map {
            Exposition.decimal(millionths: $0)
        }
        #expect(texts == ["0", "0.000001", "0.0002", "0.999999", "1", "1.5", "12.000001"])
    }

    @Test func rulesOfOneChainAreAddedUp() {
        var text = Exposition(.prometheus)
        text.addDropped([
            .init(inIPv6: false, chain: "output", packets: 3), .init(inIPv6: true, chain: "output", packets: 5),
            .init(inIPv6: false, chain: "output", packets: 4), .init(inIPv6: false, chain: "forward", packets: 1),
        ])
        #expect(
            text.result.split(separator: "\n").suffix(3) == [
                #"evenkeel_invalid_dropped_packets_total{family="ip",chain="output"} 7"#,
                #"evenkeel_invalid_dropped_packets_total{family="ip6",chain="output"} 5"#,
                #"evenkeel_invalid_dropped_packets_total{family="ip",chain="forward"} 1"#,
            ])
    }

    /// The names by which another file's families are known are those that are printed.
    @Test func theSharedFamiliesAreNamedAsTheyArePrinted() {
        var text = Exposition(.prometheus)
        text.addVersion("1.2")
        text.addConntrack(entries: 3, limit: 0)
        text.addDropped([])
        let types = text.result.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(types.map { String($0.split(separator: " ")[2]) } == Exposition.sharedFamilies)
    }
}
