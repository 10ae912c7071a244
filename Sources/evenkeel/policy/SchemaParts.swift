import JSON

/// The parts of a JSON schema that a policy needs.
extension PolicySchema {
    static func about(_ text: String) -> [JSON.Member] { [.init("description", .string(text))] }

    /// An object with these members and no others.
    static func section(_ text: String, _ members: [JSON.Member]) -> [JSON.Member] {
        about(text) + [
            .init("type", .string("object")), .init("additionalProperties", .boolean(false)),
            .init("properties", .object(members)),
        ]
    }

    static func choice<Choice: CaseIterable & RawRepresentable>(
        _: Choice.Type, _ builtIn: Choice, _ text: String
    ) -> JSON where Choice.RawValue == String {
        .object(
            about(text) + [
                .init("enum", .array(Choice.allCases.map { .string($0.rawValue) })),
                .init("default", .string(builtIn.rawValue)),
            ])
    }

    static func boolean(_ builtIn: Bool, _ text: String) -> JSON {
        .object(about(text) + [.init("type", .string("boolean")), .init("default", .boolean(builtIn))])
    }

    static func list(_ element: KeyValuePairs<String, JSON>, most: Int64?, _ text: String) -> JSON {
        let bound: [JSON.Member] = most.map { [.init("maxItems", .integer($0))] } ?? []
        let items = JSON.object(element.map { JSON.Member($0.key, $0.value) })
        return .object(about(text) + [.init("type", .string("array")), .init("items", items)] + bound)
    }

    static let positive: [JSON.Member] = [
        .init("type", .string("integer")), .init("minimum", .integer(1)), .init("maximum", .integer(Int64(Int32.max))),
    ]
}
