/// What is asked of the kernel, as it continues "cannot …" in an error. The text is made only for an error, since most requests
/// succeed.
package struct Attempt: ExpressibleByStringLiteral {
    package enum Object {
        case none
        case name(String)
        case interface(InterfaceName)
        case number(UInt32)
        case address(IPAddress)
    }

    private let action: String
    private let object: Object

    package init(_ action: String, _ object: Object = .none) {
        self.action = action
        self.object = object
    }

    package init(stringLiteral action: String) { self.init(action) }

    package var text: String {
        switch object {
        case .none: action
        case .name(let name): "\(action) \(name)"
        case .interface(let name): "\(action) \(name)"
        case .number(let number): "\(action) \(number)"
        case .address(let address): "\(action) \(address)"
        }
    }
}
