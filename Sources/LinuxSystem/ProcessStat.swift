/// A line of `/proc/PID/stat`, `proc_pid_stat(5)`.
package struct ProcessStat {
    private let fields: [ArraySlice<UInt8>]

    /// Nil for a line without a command's name in brackets, which is field 2 and may itself hold brackets and blanks.
    package init?(_ line: [UInt8]) {
        guard let bracket = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        fields = line[bracket...].split(separator: UInt8(ascii: " "))
    }

    /// A field as `proc_pid_stat(5)` counts them, from 3 on; nil where it is missing.
    package subscript(field number: Int) -> String? {
        // The bracket itself stands in place of field 2.
        number > 2 && number - 2 < fields.count ? String(decoding: fields[number - 2], as: UTF8.self) : nil
    }
}
