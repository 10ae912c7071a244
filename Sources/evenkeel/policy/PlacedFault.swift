import JSON
import Keel
import LinuxSystem

/// A fault of a policy document, with its place in the text.
struct PlacedFault {
    private let error: PolicyError
    /// Nil if there is no text.
    private let position: (line: Int, column: Int)?

    init(_ error: PolicyError, at position: (line: Int, column: Int)?) {
        (self.error, self.position) = (error, position)
    }

    /// All faults of the document at a path.
    static func all(in path: String) -> [PlacedFault] {
        let text: [UInt8]
        do throws(PolicyError) { text = try Policy.text(of: path, isRequired: true) ?? [] } catch {
            return [PlacedFault(error, at: nil)]
        }
        return all(in: text, path)
    }

    /// All faults of a document's text.
    static func all(in text: [UInt8], _ path: String) -> [PlacedFault] {
        let span: JSONSpan
        do throws(JSONError) { span = try JSONSpan(of: text) } catch {
            let fault = PolicyError(
                place: path, problem: "is not JSON: \(error.message)", allowed: "a JSON object")
            return [PlacedFault(fault, at: (error.line, error.column))]
        }
        var (policy, faults) = (Policy(), [PolicyError]())
        do throws(PolicyError) { try policy.overlay(text, from: path, &faults) } catch { faults = [error] }
        let offsets = faults.map { span.offset(of: $0) }
        return zip(faults, offsets).sorted { $0.1 < $1.1 }.map { fault, offset in
            let place = JSONError("", at: offset, in: text)
            return PlacedFault(fault, at: (place.line, place.column))
        }
    }

    /// `FILE:LINE:COLUMN: KEY is wrong; allowed: …`, which editors understand.
    var text: String {
        guard let position else { return error.description }
        let subject = error.key.isEmpty ? "the document" : printable(error.key)
        return "\(printable(error.place)):\(position.line):\(position.column): "
            + "\(subject) \(printable(error.problem)); allowed: \(error.allowed)"
    }

    var json: JSON {
        .object([
            .init("file", .string(error.place)),
            .init("line", position.map { .integer(Int64($0.line)) } ?? .null),
            .init("column", position.map { .integer(Int64($0.column)) } ?? .null),
            .init("key", .string(error.key)), .init("problem", .string(error.problem)),
            .init("allowed", .string(error.allowed)), .init("text", .string(text)),
        ])
    }
}

extension JSONSpan {
    /// Where a fault is: at the value of its key, or at an unknown key itself. A name may hold a dot.
    fileprivate func offset(of fault: PolicyError) -> Int { offset(of: fault.key, fault.isUnknownKey) }

    private func offset(of key: String, _ isName: Bool) -> Int {
        for member in members {
            if member.name == key { return (isName ? member.nameRange : member.value.range).lowerBound }
        }
        for member in members where key.utf8.starts(with: "\(member.name).".utf8) {
            return member.value.offset(of: String(key.dropFirst(member.name.count + 1)), isName)
        }
        return range.lowerBound
    }
}
