import CJansson
import JSON

/// Another parser's reading of a text: jansson's.
enum Oracle {
    enum Reading {
        /// To be released by who has it.
        case taken(UnsafeMutablePointer<json_t>)
        case refused(Reason)
    }

    enum Reason {
        case tooLargeNumber
        case other
    }

    static func read(_ text: [UInt8]) -> Reading {
        var error = json_error_t()
        let flags = Int(JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)
        let root = text.withUnsafeBytes { json_loadb($0.baseAddress, $0.count, flags, &error) }
        if let root { return .taken(root) }
        // `json_error_code`, which is inline in C: the last byte of the text.
        let code = withUnsafeBytes(of: error.text) { $0.last ?? 0 }
        return .refused(UInt32(code) == json_error_numeric_overflow.rawValue ? .tooLargeNumber : .other)
    }

    static func agrees(_ value: JSON, _ other: UnsafeMutablePointer<json_t>) -> Bool {
        switch other.pointee.type {
        case JSON_OBJECT: value.members.map { agrees($0, other) } ?? false
        case JSON_ARRAY:
            value.elements.map { elements in
                elements.count == json_array_size(other)
                    && elements.enumerated().allSatisfy { index, element in
                        json_array_get(other, index).map { agrees(element, $0) } ?? false
                    }
            } ?? false
        case JSON_STRING: value.string.map { isSame($0, json_string_value(other), json_string_length(other)) } ?? false
        case JSON_INTEGER: value.integer == Int64(json_integer_value(other))
        case JSON_REAL: value.integer == nil && value.real?.bitPattern == json_real_value(other).bitPattern
        case JSON_TRUE: value == .boolean(true)
        case JSON_FALSE: value == .boolean(false)
        default: value == .null
        }
    }

    private static func agrees(_ members: [JSON.Member], _ object: UnsafeMutablePointer<json_t>) -> Bool {
        guard members.count == json_object_size(object) else { return false }
        var iterator = json_object_iter(object)
        for member in members {
            guard let here = iterator, let value = json_object_iter_value(here),
                isSame(member.name, json_object_iter_key(here), json_object_iter_key_len(here)),
                agrees(member.value, value)
            else { return false }
            iterator = json_object_iter_next(object, here)
        }
        return true
    }

    /// By bytes: strings that look alike are equal to Swift.
    private static func isSame(_ text: String, _ other: UnsafePointer<CChar>?, _ length: Int) -> Bool {
        guard let other else { return false }
        return text.utf8.elementsEqual(UnsafeRawBufferPointer(start: other, count: length))
    }
}
