/// Writes metrics as Prometheus reads them: text format 0.0.4, or OpenMetrics 1.0.
public struct Exposition: Sendable {
    public enum Format: Sendable {
        case prometheus
        case openMetrics
    }

    private let format: Format
    private var text = ""

    public init(_ format: Format) { self.format = format }

    /// A counter by the values of one label; `label` is nil for one without. Names are without `_total`.
    public mutating func counter(_ name: String, _ help: String, _ label: String?, _ values: [(String, UInt64)]) {
        counter(name, help, values.map { value, number in (label.map { [($0, value)] } ?? [], number) })
    }

    /// A gauge by the values of one label; `label` is nil for one without.
    public mutating func gauge(_ name: String, _ help: String, _ label: String?, _ values: [(String, String)]) {
        gauge(name, help, values.map { value, number in (label.map { [($0, value)] } ?? [], number) })
    }

    public mutating func gauge(_ name: String, _ help: String, _ values: [([(String, String)], String)]) {
        begin(name, "gauge", help)
        for (labels, number) in values { sample(name, labels, number) }
    }

    public mutating func counter(_ name: String, _ help: String, _ values: [([(String, String)], UInt64)]) {
        // OpenMetrics names the family without the ending of its samples.
        begin(format == .openMetrics ? name : name + "_total", "counter", help)
        for (labels, number) in values { sample(name + "_total", labels, "\(number)") }
    }

    /// In seconds, from buckets in microseconds.
    public mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        begin(name, "histogram", help)
        var sum: UInt64 = 0
        for (place, count) in histogram.counts.enumerated() {
            sum += count
            let bound =
                place < Histogram.bounds.count ? Self.decimal(millionths: Histogram.bounds[place]) : "+Inf"
            sample(name + "_bucket", [("le", bound)], "\(sum)")
        }
        sample(name + "_sum", [], Self.decimal(millionths: histogram.sum / 1000))
        sample(name + "_count", [], "\(sum)")
    }

    /// The whole text.
    public var result: String { format == .openMetrics ? text + "# EOF\n" : text }

    private mutating func begin(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// Backslash, quote and line feed, by the text format.
    static func escaped(_ value: String) -> String {
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A number of millionths as a decimal fraction: 200 is 0.0002.
    public static func decimal(millionths number: UInt64) -> String {
        let (whole, rest) = (number / 1_000_000, number % 1_000_000)
        if rest == 0 { return "\(whole)" }
        var digits = Array("\(1_000_000 + rest)".utf8.dropFirst())
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(whole)." + String(decoding: digits, as: UTF8.self)
    }
}
